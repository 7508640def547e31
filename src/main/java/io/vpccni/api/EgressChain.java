package io.vpccni.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smallrye.mutiny.Uni;
import io.vpccni.api.proto.v1.CniRequest;
import io.vpccni.daemon.Egress;
import io.vpccni.daemon.EgressFailure;
import io.vpccni.daemon.EgressPair;
import io.vpccni.daemon.EgressRequest;
import io.vpccni.pool.Sandbox;
import io.vpccni.vpc.IpAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * {@code egress-cni}, which stands behind {@code aws-cni} in the shipped chain: pods of an IPv6 cluster reach IPv4 targets by
 * it, pods of an IPv4 cluster IPv6 targets. Switched off it hands the result on as it came.
 */
final class EgressChain {

    static final String PLUGIN = "egress-cni";

    private final Egress egress;

    EgressChain(Egress egress) {
        this.egress = egress;
    }

    /** What ADD prints: the previous result with the two new interfaces. */
    Uni<ObjectNode> add(CniRequest request) {
        EgressConf conf = EgressConf.parse(request.getConfig().toByteArray());
        ObjectNode previous = conf.requirePrevious();
        int mtu = conf.requireMtu();
        if (!conf.enabled()) {
            return Uni.createFrom().item(previous);
        }
        EgressRequest container = container(conf, request);
        requireNamespace(container);
        IpAddress node = conf.requireNodeIp();
        conf.requireDelegate();
        return egress.connect(container, node, conf.randomPorts(), mtu)
                .onFailure(EgressFailure.class)
                .transform(failure -> error((EgressFailure) failure, ""))
                .map(pair -> result(conf, previous, pair, request.getNetns()));
    }

    /** Results before 0.3.0 name no interfaces. Addresses are not added: nobody reaches the pod by them. */
    private static ObjectNode result(EgressConf conf, ObjectNode previous, EgressPair pair, String namespace) {
        ObjectNode result = previous.deepCopy();
        if (conf.isAtLeast("0.3.0")) {
            ArrayNode interfaces =
                    result.path("interfaces") instanceof ArrayNode found ? found : result.putArray("interfaces");
            interfaces.addObject().put("name", pair.hostLink()).put("mac", pair.hostMac());
            interfaces
                    .addObject()
                    .put("name", pair.ifName())
                    .put("mac", pair.podMac())
                    .put("sandbox", namespace);
        }
        return result;
    }

    /** Where egress is switched off by now, only what a container still has from before is taken away, as far as that goes. */
    Uni<Void> del(CniRequest request) {
        EgressConf conf = EgressConf.parse(request.getConfig().toByteArray());
        if (!conf.enabled() && !conf.namesState()) {
            return Uni.createFrom().voidItem();
        }
        EgressRequest container = container(conf, request);
        return conf.enabled()
                ? egress.disconnect(container)
                        .onFailure(EgressFailure.class)
                        .transform(failure -> error((EgressFailure) failure, "running IPAM plugin failed: "))
                : egress.disconnectOld(container).onFailure(EgressFailure.class).recoverWithNull();
    }

    Uni<Void> check(CniRequest request) {
        EgressConf conf = EgressConf.parse(request.getConfig().toByteArray());
        conf.requireVersion("0.4.0", "CHECK");
        if (!conf.enabled()) {
            return Uni.createFrom().voidItem();
        }
        EgressRequest container = container(conf, request);
        requireNamespace(container);
        return egress.check(container, conf.requireNodeIp(), conf.randomPorts(), conf.requireMtu())
                .onFailure(EgressFailure.class)
                .transform(failure -> error((EgressFailure) failure, "check cmd: "))
                .invoke(EgressChain::requireNone)
                .replaceWithVoid();
    }

    private static void requireNone(List<String> differences) {
        if (!differences.isEmpty()) {
            throw new CniError(
                    CniError.INTERNAL,
                    "check cmd: the pod's egress is not as it should be",
                    String.join("; ", differences));
        }
    }

    Uni<Void> gc(CniRequest request) {
        EgressConf conf = EgressConf.parse(request.getConfig().toByteArray());
        conf.requireVersion("1.1.0", "GC");
        Optional<List<Sandbox>> valid = conf.validAttachments();
        if (valid.isEmpty()) {
            throw new CniError(
                    CniError.INVALID_CONFIG,
                    "gc cmd: cni.dev/valid-attachments is missing",
                    "without it every pod would be disconnected");
        }
        if (!conf.enabled()) {
            return Uni.createFrom().voidItem();
        }
        return egress.collect(nobody(conf, request), valid.get())
                .onFailure(EgressFailure.class)
                .transform(failure -> error((EgressFailure) failure, "gc cmd: "));
    }

    Uni<Void> status(CniRequest request) {
        EgressConf conf = EgressConf.parse(request.getConfig().toByteArray());
        conf.requireVersion("1.1.0", "STATUS");
        if (!conf.enabled()) {
            return Uni.createFrom().voidItem();
        }
        return egress.obstacles(nobody(conf, request))
                .invoke(found -> {
                    if (!found.isEmpty()) {
                        throw new CniError(
                                CniError.NOT_AVAILABLE,
                                "pods cannot get egress in " + conf.family(),
                                String.join("; ", found));
                    }
                })
                .replaceWithVoid();
    }

    private static EgressRequest container(EgressConf conf, CniRequest request) {
        Sandbox sandbox = new Sandbox(
                conf.name(), CniCall.containerId(request.getContainerId()), CniCall.ifName(request.getIfName()));
        return request(conf, request, sandbox, Path.of(CniCall.netns(request.getNetns())));
    }

    /** For commands that are about the whole network. */
    private static EgressRequest nobody(EgressConf conf, CniRequest request) {
        return request(conf, request, new Sandbox(conf.name(), "", ""), Path.of(""));
    }

    private static EgressRequest request(EgressConf conf, CniRequest request, Sandbox sandbox, Path namespace) {
        return new EgressRequest(
                sandbox,
                conf.family(),
                namespace,
                request.getArgs(),
                request.getPath(),
                conf.all().toString(),
                conf.dataDir());
    }

    private static void requireNamespace(EgressRequest request) {
        if (request.namespace().toString().isEmpty()) {
            throw new CniError(CniError.INVALID_ENVIRONMENT, "required env variables [CNI_NETNS] missing", "");
        }
    }

    private static CniError error(EgressFailure failure, String before) {
        return new CniError(failure.code(), before + failure.getMessage(), failure.details());
    }
}
