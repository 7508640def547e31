package io.vpccni.api;

import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Status;
import io.smallrye.mutiny.Uni;
import io.vpccni.api.proto.rpc.AddNetworkReply;
import io.vpccni.api.proto.rpc.AddNetworkRequest;
import io.vpccni.api.proto.rpc.DelNetworkReply;
import io.vpccni.api.proto.rpc.DelNetworkRequest;
import io.vpccni.api.proto.rpc.IPAllocationMetadata;
import io.vpccni.api.proto.rpc.MutinyCNIBackendGrpc;
import io.vpccni.config.NodeSettings.CallSettings;
import io.vpccni.daemon.AddRequest;
import io.vpccni.daemon.BranchDel;
import io.vpccni.daemon.BranchPlace;
import io.vpccni.daemon.Connected;
import io.vpccni.daemon.DelRequest;
import io.vpccni.daemon.Node;
import io.vpccni.daemon.Refusal;
import io.vpccni.dataplane.BranchLink;
import io.vpccni.pool.Assignment;
import io.vpccni.pool.Nics;
import io.vpccni.pool.PodAddress;
import io.vpccni.pool.PodName;
import io.vpccni.pool.Reason;
import io.vpccni.pool.Sandbox;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpFamily;
import io.vpccni.vpc.Ipv4Address;
import io.vpccni.vpc.Ipv4Cidr;
import io.vpccni.vpc.Ipv6Address;
import io.vpccni.vpc.Ipv6Cidr;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * {@code rpc.CNIBackend}: what the reference's own plugin calls. It gets an address and connects the pod itself, so nothing in
 * the kernel is touched here. A failed ADD is an OK status with Success=false, as the plugin expects.
 */
final class ReferenceBackend extends MutinyCNIBackendGrpc.CNIBackendImplBase {

    private static final Logger LOG = Logger.getLogger(ReferenceBackend.class);

    /** Left of the caller's deadline for the answer to travel. */
    private static final Duration ANSWER_TIME = Duration.ofMillis(200);

    /** Branch interfaces have no device index. */
    private static final int NO_DEVICE = -1;

    private final Node node;

    ReferenceBackend(Node node) {
        this.node = node;
    }

    @Override
    public Uni<AddNetworkReply> addNetwork(AddNetworkRequest request) {
        node.observer().addAsked();
        checkVersion(request.getClientVersion());
        Sandbox sandbox = new Sandbox(request.getNetworkName(), request.getContainerID(), request.getIfName());
        if (sandbox.network().isEmpty()
                || sandbox.containerId().isEmpty()
                || sandbox.ifName().isEmpty()) {
            Refusal refusal = new Refusal(
                    Reason.BAD_REQUEST, "AddNetwork needs NetworkName, ContainerID and IfName, got " + sandbox);
            LOG.error(refusal.explanation());
            return Uni.createFrom().item(refused(refusal));
        }
        return node.connect(new AddRequest(
                        sandbox,
                        pod(request.getK8SPODNAMESPACE(), request.getK8SPODNAME()),
                        request.getRequiresMultiNICAttachment() ? Nics.EVERY_CARD : Nics.ONE,
                        patience(),
                        Optional.empty()))
                .map(connected -> switch (connected) {
                    case Connected.ByPool(Assignment assignment) -> success(metadata(assignment));
                    case Connected.ByBranch(BranchPlace place) -> success(place);
                })
                .onFailure(Refusal.class)
                .recoverWithItem(failure -> refused((Refusal) failure));
    }

    private static AddNetworkReply refused(Refusal refusal) {
        return AddNetworkReply.newBuilder()
                .setReason(refusal.reason().name())
                .setReasonText(refusal.explanation())
                .build();
    }

    @Override
    public Uni<DelNetworkReply> delNetwork(DelNetworkRequest request) {
        node.observer().delAsked(request.getReason());
        checkVersion(request.getClientVersion());
        Sandbox sandbox = new Sandbox(request.getNetworkName(), request.getContainerID(), request.getIfName());
        BranchDel branch = new BranchDel(
                sandbox,
                pod(request.getK8SPODNAMESPACE(), request.getK8SPODNAME()),
                request.getK8SPODUID(),
                Optional.empty(),
                false);
        return node.delBranch(branch)
                .chain(had ->
                        had.map(place -> Uni.createFrom().item(deleted(place))).orElseGet(() -> delOfPool(sandbox)));
    }

    private DelNetworkReply deleted(BranchPlace place) {
        return DelNetworkReply.newBuilder()
                .setSuccess(true)
                .setPodVlanId(place.branch().vlanId())
                .addIPAllocationMetadata(metadata(place))
                .setNetworkPolicyMode(policyMode())
                .build();
    }

    private Uni<DelNetworkReply> delOfPool(Sandbox sandbox) {
        return node.del(new DelRequest(sandbox))
                .map(released -> released.map(had -> DelNetworkReply.newBuilder()
                                .setSuccess(true)
                                .addAllIPAllocationMetadata(metadata(had))
                                .setNetworkPolicyMode(policyMode())
                                .build())
                        .orElseThrow(() -> Status.UNKNOWN
                                .withDescription("datastore: unknown pod")
                                .asRuntimeException()));
    }

    private AddNetworkReply success(BranchPlace place) {
        BranchLink branch = place.branch();
        return success(List.of(metadata(place))).toBuilder()
                .setPodVlanId(branch.vlanId())
                .setPodENIMAC(branch.mac().toString())
                .setPodENISubnetGW(branch.gateway().toString())
                .setParentIfIndex(place.trunkLink())
                .build();
    }

    private AddNetworkReply success(List<IPAllocationMetadata> allocations) {
        return AddNetworkReply.newBuilder()
                .setSuccess(true)
                .addAllIPAllocationMetadata(allocations)
                .setUseExternalSNAT(node.settings().network().externalSnat())
                .addAllVPCv4CIDRs(isIpv6() ? List.of() : noSnatCidrs())
                .addAllVPCv6CIDRs(isIpv6() ? vpcIpv6Cidrs() : List.of())
                .setNetworkPolicyMode(policyMode())
                .build();
    }

    /** Empty when there is no network policy agent: then the plugin does not look for it. */
    private String policyMode() {
        return node.settings().policy().mode().orElse("");
    }

    private List<String> noSnatCidrs() {
        List<Ipv4Cidr> cidrs = new ArrayList<>();
        node.identity().ifPresent(identity -> cidrs.addAll(identity.vpcCidrs()));
        if (!node.settings().network().externalSnat()) {
            cidrs.addAll(node.settings().network().excludeSnatCidrs());
        }
        return cidrs.stream().map(Ipv4Cidr::toString).toList();
    }

    private boolean isIpv6() {
        return node.settings().pool().family() == IpFamily.IPV6;
    }

    private List<String> vpcIpv6Cidrs() {
        return node.identity().stream()
                .flatMap(identity -> identity.vpcIpv6Cidrs().stream())
                .map(Ipv6Cidr::toString)
                .toList();
    }

    private static List<IPAllocationMetadata> metadata(Assignment assignment) {
        return assignment.addresses().stream().map(ReferenceBackend::metadata).toList();
    }

    private static IPAllocationMetadata metadata(PodAddress has) {
        return metadata(has.address(), has.eni().deviceIndex(), has.eni().routeTable());
    }

    private static IPAllocationMetadata metadata(BranchPlace place) {
        return metadata(place.address(), NO_DEVICE, 0);
    }

    private static IPAllocationMetadata metadata(IpAddress has, int device, int routeTable) {
        IPAllocationMetadata.Builder metadata =
                IPAllocationMetadata.newBuilder().setDeviceNumber(device).setRouteTableId(routeTable);
        switch (has) {
            case Ipv4Address address -> metadata.setIPv4Addr(address.toString());
            case Ipv6Address address -> metadata.setIPv6Addr(address.toString());
        }
        return metadata.build();
    }

    private static PodName pod(String namespace, String name) {
        return namespace.isEmpty() || name.isEmpty() ? PodName.UNKNOWN : new PodName(namespace, name);
    }

    private Duration patience() {
        return patience(node.settings().calls().referenceAddWait());
    }

    /** The setting, or less if the caller's own deadline is nearer. */
    static Duration patience(Duration setting) {
        Deadline deadline = Context.current().getDeadline();
        if (deadline == null) {
            return setting;
        }
        Duration left =
                Duration.ofNanos(deadline.timeRemaining(TimeUnit.NANOSECONDS)).minus(ANSWER_TIME);
        return left.compareTo(setting) < 0 ? left : setting;
    }

    private void checkVersion(String client) {
        CallSettings calls = node.settings().calls();
        String own = node.settings().cloud().version();
        Set<String> allowed = calls.clientVersions();
        if (!allowed.isEmpty() && !allowed.contains(client) && !own.equals(client)) {
            throw Status.FAILED_PRECONDITION
                    .withDescription("wrong client version \"" + client + "\" (!= \"" + own + "\")")
                    .asRuntimeException();
        }
    }
}
