package io.vpccni.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.vpccni.api.proto.v1.CniReply;
import io.vpccni.api.proto.v1.CniRequest;
import io.vpccni.branch.BranchEni;
import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.emulator.cloud.AddressWish;
import io.vpccni.emulator.cloud.Ec2Request;
import io.vpccni.emulator.cloud.Ec2Result;
import io.vpccni.emulator.cloud.NetworkInterface;
import io.vpccni.emulator.kubernetes.KubernetesServer;
import io.vpccni.kube.ApiServer;
import io.vpccni.kube.BranchAnnotation;
import io.vpccni.kube.crd.CniNode;
import io.vpccni.netlink.Netlink;
import io.vpccni.netlink.ns.NetnsFd;
import io.vpccni.testing.Account;
import io.vpccni.testing.Clusters;
import io.vpccni.testing.Eventually;
import io.vpccni.testing.ReferenceRestore;
import io.vpccni.vpc.EniId;
import io.vpccni.vpc.IpFamily;
import io.vpccni.vpc.Ipv4Address;
import io.vpccni.vpc.Ipv4Cidr;
import io.vpccni.vpc.Ipv6Address;
import io.vpccni.vpc.MacAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;

/**
 * A node of a {@link TestWorld} with a cluster, whose pods have branch interfaces. The controller is played by this: it attaches
 * the trunk, makes a branch interface for each pod and writes the annotation.
 */
final class BranchWorld implements AutoCloseable {

    static final String NODE = "node1";

    private static final String NAMESPACE = "test";
    private static final int TRUNK_DEVICE = 2;

    final TestWorld world;
    final NetworkInterface trunk;
    private final IpFamily family;
    private final KubernetesServer cluster;
    private final KubernetesClient client;

    /** A branch interface that EC2 has and the network carries. */
    record Branch(BranchEni eni, String address) {
        int vlanId() {
            return eni.vlan();
        }
    }

    /** A pod of the cluster that has one. */
    record BranchedPod(Pod pod, String uid, Branch branch) {
        String address() {
            return branch.address();
        }
    }

    BranchWorld(Path folder, IpFamily family) throws Exception {
        this.family = family;
        EmulatorOptions options = EmulatorOptions.instant().withNodes(1);
        world = new TestWorld(folder, family == IpFamily.IPV6 ? options.withIpv6() : options);
        cluster = KubernetesServer.start(world.emulator);
        client = new KubernetesClientBuilder()
                .withConfig(Clusters.config(cluster))
                .build();
        client.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(NAMESPACE)
                        .endMetadata()
                        .build())
                .create();
        trunk = attachTrunk();
        if (family == IpFamily.IPV6) {
            world.awaitIpv6();
        }
    }

    private NetworkInterface attachTrunk() {
        NetworkInterface made =
                create(Ec2Request.CreateNetworkInterface.in(subnet()).withInterfaceType(NetworkInterface.TRUNK));
        call(new Ec2Request.AttachNetworkInterface(
                made.id(), world.emulator.node(NODE).instanceId(), TRUNK_DEVICE, 0));
        CniNode object = new CniNode();
        object.setMetadata(new ObjectMetaBuilder().withName(NODE).build());
        object.setSpec(new CniNode.Spec(null, null, null));
        CniNode created = client.resource(object).create();
        created.setStatus(new CniNode.Status(
                new CniNode.TrunkInterface(made.id(), made.mac(), TRUNK_DEVICE, made.subnetId(), List.of())));
        client.resource(created).updateStatus();
        return made;
    }

    private String subnet() {
        return world.interfaces(NODE).getFirst().subnetId();
    }

    private NetworkInterface create(Ec2Request.CreateNetworkInterface request) {
        return ((Ec2Result.Created) call(request)).eni();
    }

    private Ec2Result call(Ec2Request request) {
        return Account.call(world.emulator, request);
    }

    /** The setting that makes a daemon connect pods in that mode. */
    static Map<String, String> mode(String name) {
        return Map.of("POD_SECURITY_GROUP_ENFORCING_MODE", name);
    }

    /** A daemon that serves branch pods, with further variables. */
    TestWorld.Daemon startDaemon(Map<String, String> others) throws IOException {
        // So few addresses need no second interface, whose rule would come at any time.
        Map<String, String> variables = new HashMap<>(Map.of(
                "WARM_IP_TARGET",
                "2",
                "MINIMUM_IP_TARGET",
                "2",
                "ENABLE_POD_ENI",
                "true",
                "MY_NODE_NAME",
                NODE,
                "VPCCNI_BRANCH_LINK",
                world.branchLinks().toString()));
        if (family == IpFamily.IPV6) {
            variables.putAll(Map.of("ENABLE_IPv4", "false", "ENABLE_IPv6", "true", "ENABLE_PREFIX_DELEGATION", "true"));
        }
        variables.putAll(others);
        return TestWorld.Daemon.start(
                world.variables(NODE, variables),
                access -> new ApiServer(() -> Clusters.config(cluster), access, new Random(1)));
    }

    CniChannel channel() {
        return new CniChannel(world.node(NODE).socket());
    }

    /** Makes a branch interface, waits until the network carries it. */
    Branch createBranch(int vlanId) throws Exception {
        NetworkInterface eni = create(Ec2Request.CreateNetworkInterface.in(subnet())
                .withIpv6(AddressWish.count(family == IpFamily.IPV6 ? 1 : 0)));
        call(new Ec2Request.AssociateTrunkInterface(eni.id(), trunk.id(), vlanId, null));
        String address =
                switch (family) {
                    case IPV4 -> eni.primaryAddress().toString();
                    case IPV6 -> eni.ipv6Addresses().getFirst().toString();
                };
        String look = "ip " + (family == IpFamily.IPV6 ? "-6 " : "") + "route show " + address;
        Eventually.get(
                "the way to " + address,
                () -> TestWorld.inNamespace(world.outside().namespace(), look),
                route -> !route.isBlank());
        String cidr = world.emulator.ask(
                core -> Objects.requireNonNull(core.cloud().world().subnets().get(eni.subnetId()))
                        .cidr()
                        .toString());
        return new Branch(
                new BranchEni(
                        new EniId(eni.id()),
                        new MacAddress(eni.mac()),
                        Optional.of(Ipv4Address.parse(eni.primaryAddress().toString())),
                        family == IpFamily.IPV6 ? Optional.of(Ipv6Address.parse(address)) : Optional.empty(),
                        vlanId,
                        Optional.of(Ipv4Cidr.parse(cidr)),
                        Optional.empty(),
                        Optional.empty()),
                address);
    }

    /** The branch interface's end; its VLAN id may be given to another one. */
    void deleteBranch(Branch branch) {
        call(new Ec2Request.DeleteNetworkInterface(branch.eni().id().value()));
    }

    /** A pod with a new branch interface, and its network namespace. */
    BranchedPod createPod(String name, int vlanId) throws Exception {
        Branch branch = createBranch(vlanId);
        return new BranchedPod(world.createPod(NODE, name), announce(name, branch), branch);
    }

    /** The pod's object in the cluster, with the annotation; its uid. */
    String announce(String name, Branch branch) {
        return Objects.requireNonNull(client.resource(pod(name)
                        .editMetadata()
                        .addToAnnotations(BranchAnnotation.KEY, BranchAnnotation.write(branch.eni()))
                        .endMetadata()
                        .editSpec()
                        .editFirstContainer()
                        .withNewResources()
                        .addToLimits(BranchAnnotation.KEY, new Quantity("1"))
                        .endResources()
                        .endContainer()
                        .endSpec()
                        .build())
                .create()
                .getMetadata()
                .getUid());
    }

    /** The object of a pod of that name that gets its address from the node's pool. */
    void announceOrdinary(String name) {
        client.resource(pod(name).build()).create();
    }

    private static PodBuilder pod(String name) {
        return new PodBuilder()
                .withNewMetadata()
                .withNamespace(NAMESPACE)
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .withNodeName(NODE)
                .addNewContainer()
                .withName("main")
                .endContainer()
                .endSpec();
    }

    /** {@code kubectl delete pod --force}: the object is gone at once, and no runtime is told. */
    void forget(BranchedPod pod) {
        client.pods().inNamespace(NAMESPACE).withName(pod.pod().name()).delete();
    }

    /** A call of the plugin for the pod, as kubelet has it called. */
    static CniRequest request(BranchedPod pod) {
        return request(pod, CniChannel.CONFIG);
    }

    static CniRequest request(BranchedPod pod, String config) {
        CniRequest request = CniChannel.request(pod.pod(), config);
        return request.toBuilder()
                .setArgs(request.getArgs() + ";K8S_POD_UID=" + pod.uid())
                .build();
    }

    /** The same with what an ADD returned, as a runtime has it at hand for CHECK and DEL. */
    static CniRequest request(BranchedPod pod, CniReply added) {
        String config = CniChannel.CONFIG.replaceFirst(
                "}$", ",\"prevResult\":" + added.getStdout().toStringUtf8() + "}");
        return request(pod, config);
    }

    /** The ADD of a pod, which gets what the annotation says. */
    static CniReply add(CniChannel channel, BranchedPod pod) throws Exception {
        CniReply reply = CniChannel.await(channel.add(request(pod)));
        assertFine(reply);
        assertThat(CniChannel.address(reply)).isEqualTo(pod.address());
        return reply;
    }

    static void assertFine(CniReply reply) {
        assertThat(reply.getExitCode()).as(reply.getStdout().toStringUtf8()).isZero();
    }

    /** Each reaches the other and is seen by its own address. */
    static void assertConnected(BranchedPod one, BranchedPod other) throws Exception {
        assertThat(one.pod().seenBy(other.pod(), other.address())).isEqualTo(one.address());
        assertThat(other.pod().seenBy(one.pod(), one.address())).isEqualTo(other.address());
    }

    /** The host end of a connected pod, by its hash: what it begins with says the mode. */
    String hostLink(BranchedPod pod) throws Exception {
        String hash = ReferenceRestore.hash(NAMESPACE, pod.pod().name());
        List<String> links =
                host().stream().filter(line -> line.matches("[a-z]+" + hash)).toList();
        assertThat(links).as("the host links of " + pod).hasSize(1);
        return links.getFirst();
    }

    /** Index of the trunk's link on the node. */
    int trunkIndex() throws IOException {
        try (NetnsFd namespace =
                        NetnsFd.open(Objects.requireNonNull(world.node(NODE).networkNamespace()));
                Netlink netlink = Netlink.in(namespace)) {
            return netlink.link("eth" + TRUNK_DEVICE).orElseThrow().index();
        }
    }

    /** What {@code ip link add} says of the kind that branch interfaces have here. */
    String branchLinkKind(int vlanId) {
        return switch (world.branchLinks()) {
            case VLAN -> "type vlan id " + vlanId;
            case MACVLAN -> "type macvlan mode private";
        };
    }

    /** Rules, links of pods and branches, and routes of pods and branches on the node, one line each. */
    List<String> host() throws IOException, InterruptedException {
        String inet = family == IpFamily.IPV6 ? "-6 " : "";
        return world.inNode(
                        NODE,
                        "ip " + inet + "rule show; ip " + inet
                                + "route show table all | grep -E ' dev (eni|vlan)' || true;"
                                + " ip -o link show | cut -d: -f2 | grep -E 'eni|vlan' || true")
                .lines()
                .map(line -> line.strip().replaceAll("\\s+", " ").replaceFirst("@.*", ""))
                .filter(line -> !line.contains("fe80::") && !line.contains("multicast"))
                .sorted()
                .toList();
    }

    /** The same without what looks into the local table, which is of no pod. */
    List<String> hostOfPods() throws IOException, InterruptedException {
        return host().stream().filter(line -> !line.contains("lookup local")).toList();
    }

    @Override
    public void close() throws IOException {
        client.close();
        cluster.close();
        world.close();
    }
}
