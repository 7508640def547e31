package io.vpccni.daemon;

import io.smallrye.mutiny.Uni;
import io.vpccni.dataplane.EgressPlan;
import io.vpccni.dataplane.EgressPod;
import io.vpccni.kernel.DelegateException;
import io.vpccni.kernel.EgressNetwork;
import io.vpccni.kernel.EgressNetwork.Attachment;
import io.vpccni.kernel.IpamCall;
import io.vpccni.pool.Sandbox;
import io.vpccni.vpc.IpAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Egress in the address family that the cluster does not have. It has nothing to do with the pool: addresses are the node's
 * own, from a plugin in its folder. All of it fails with {@link EgressFailure}.
 */
public final class Egress {

    /** The reference's code for any failure. */
    private static final int INTERNAL = 999;

    private final EgressNetwork network;
    private final Path plugins;
    private final boolean callersAreRoot;

    /**
     * @param plugins the node's folder of CNI plugins
     * @param callersAreRoot whether only root may call: others must not choose which program the daemon runs
     */
    Egress(EgressNetwork network, Path plugins, boolean callersAreRoot) {
        this.network = network;
        this.plugins = plugins;
        this.callersAreRoot = callersAreRoot;
    }

    /**
     * Connects the pod, or leaves nothing behind.
     *
     * @param node the address that targets see
     * @param randomPorts AWS_VPC_K8S_CNI_RANDOMIZESNAT
     * @param mtu bytes
     */
    public Uni<EgressPair> connect(EgressRequest request, IpAddress node, String randomPorts, int mtu) {
        return network.connect(pod(request, node, randomPorts, mtu), call(request))
                .map(Egress::pair)
                .onFailure()
                .transform(Egress::failure);
    }

    private static EgressPair pair(EgressPlan plan) {
        return new EgressPair(
                plan.hostLink(),
                plan.hostMac().toString(),
                plan.ifName(),
                plan.podMac().toString());
    }

    private static EgressPod pod(EgressRequest request, IpAddress node, String randomPorts, int mtu) {
        Sandbox sandbox = request.sandbox();
        return new EgressPod(
                sandbox.network(),
                sandbox.containerId(),
                sandbox.ifName(),
                request.namespace(),
                node,
                randomPorts,
                mtu);
    }

    /** Takes away what the container has. What is gone already is no error. */
    public Uni<Void> disconnect(EgressRequest request) {
        return network.disconnect(request.family(), call(request)).onFailure().transform(Egress::failure);
    }

    /** The same where egress is switched off now: only for a container that had it before. */
    public Uni<Void> disconnectOld(EgressRequest request) {
        return network.disconnectOld(call(request)).onFailure().transform(Egress::failure);
    }

    /** What is missing or different, one sentence each; the last three parameters as of {@link #connect}. */
    public Uni<List<String>> check(EgressRequest request, IpAddress node, String randomPorts, int mtu) {
        return network.check(pod(request, node, randomPorts, mtu), call(request))
                .onFailure()
                .transform(Egress::failure);
    }

    /** Takes away what containers of the request's network have that are not among {@code valid}. */
    public Uni<Void> collect(EgressRequest request, List<Sandbox> valid) {
        Set<Attachment> known = valid.stream()
                .map(sandbox -> new Attachment(sandbox.containerId(), sandbox.ifName()))
                .collect(Collectors.toSet());
        return network.collect(request.family(), call(request), known)
                .onFailure()
                .transform(Egress::failure);
    }

    /** Why no pod can be connected; empty when that is possible. */
    public Uni<List<String>> obstacles(EgressRequest request) {
        return network.obstacles(call(request));
    }

    private IpamCall call(EgressRequest request) {
        List<Path> folders = new ArrayList<>();
        folders.add(plugins);
        for (String folder : request.path().split(":", -1)) {
            if (callersAreRoot && folder.startsWith("/")) {
                folders.add(Path.of(folder));
            }
        }
        Sandbox sandbox = request.sandbox();
        return new IpamCall(
                sandbox.network(),
                sandbox.containerId(),
                sandbox.ifName(),
                request.namespace(),
                request.args(),
                request.path(),
                folders,
                request.config(),
                request.dataDir());
    }

    private static EgressFailure failure(Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        return failure instanceof DelegateException refused
                ? new EgressFailure(refused.code(), message, refused.details(), failure)
                : new EgressFailure(INTERNAL, message, "", failure);
    }
}
