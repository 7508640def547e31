package io.vpccni.e2e;

import io.vpccni.api.proto.rpc.AddNetworkReply;
import io.vpccni.emulator.cloud.AddressWish;
import io.vpccni.emulator.cloud.Ec2Request;
import io.vpccni.emulator.cloud.Ec2Result;
import io.vpccni.emulator.cloud.NetworkInterface;
import io.vpccni.emulator.cloud.Subnet;
import io.vpccni.netlink.Link;
import io.vpccni.netlink.LinkFilter;
import io.vpccni.netlink.MacAddress;
import io.vpccni.netlink.Netlink;
import io.vpccni.netlink.ns.NetnsFd;
import io.vpccni.testing.Account;
import io.vpccni.testing.Eventually;
import io.vpccni.testing.ReferenceRestore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A node as the reference's daemon and plugin (v1.23.1) leave it: interfaces, links, routes, rules, state file. Made by {@code
 * ip} alone, so that no mistake of ours can be on both sides.
 */
final class ReferenceNode {

    static final String NETWORK = "aws-cni";
    static final int MAIN = 254;

    private final TestWorld world;
    private final String node;
    private final String namespace;
    private final List<String> allocations = new ArrayList<>();

    ReferenceNode(TestWorld world, String node) throws IOException, InterruptedException {
        this(world, node, nameOf(Objects.requireNonNull(world.node(node).networkNamespace())));
        rule("priority 1024 fwmark 0x80/0x80 lookup main");
    }

    private ReferenceNode(TestWorld world, String node, String namespace) {
        this.world = world;
        this.node = node;
        this.namespace = namespace;
    }

    /** The reference's plugin beside a daemon of ours. */
    static ReferenceNode plugin(TestWorld world, String node) {
        return new ReferenceNode(
                world, node, nameOf(Objects.requireNonNull(world.node(node).networkNamespace())));
    }

    /** Fills the primary interface; its secondary addresses. */
    List<String> fillPrimary(int count) {
        NetworkInterface primary = world.interfaces(node).getFirst();
        call(new Ec2Request.AssignPrivateIpAddresses(primary.id(), AddressWish.count(count), false));
        return secondary(primary.id());
    }

    /** Attaches an interface with tags and description, and sets it up; its secondary addresses. */
    List<String> attach(int deviceIndex, int count) throws Exception {
        String instance = world.emulator.node(node).instanceId();
        NetworkInterface primary = world.interfaces(node).getFirst();
        var created = (Ec2Result.Created) call(Ec2Request.CreateNetworkInterface.in(primary.subnetId())
                .withIpv4(AddressWish.count(count))
                .withDescription("aws-K8S-" + instance)
                .withTags(Map.of(
                        "node.k8s.amazonaws.com/instance_id",
                        instance,
                        "node.k8s.amazonaws.com/createdAt",
                        "2026-08-20T22:00:00Z")));
        NetworkInterface eni = created.eni();
        call(new Ec2Request.AttachNetworkInterface(eni.id(), instance, deviceIndex, 0));
        Subnet subnet =
                world.emulator.ask(core -> core.cloud().world().subnets().get(eni.subnetId()));
        String link = Eventually.get("the link of " + eni.id(), () -> linkOf(eni.mac()), Optional::isPresent)
                .orElseThrow();
        String address = eni.primaryAddress().toString();
        String gateway = subnet.cidr().base().toString().replaceFirst("\\d+$", "1");
        int table = deviceIndex + 1;
        host("link set " + link + " mtu 9001 up");
        host("address add " + address + "/" + subnet.cidr().length() + " dev " + link);
        host("route replace " + gateway + " dev " + link + " scope link table " + table);
        host("route replace default via " + gateway + " dev " + link + " table " + table);
        host("route delete " + subnet.cidr() + " dev " + link + " src " + address + " table main");
        rule("priority 32765 from " + address + " lookup " + table);
        return secondary(eni.id());
    }

    /** What the plugin's ADD leaves. */
    void connect(Pod pod, String address, int table, int number) throws IOException, InterruptedException {
        String link = hostLink(pod);
        String mac = "1e:00:00:00:00:%02x".formatted(number);
        plug(pod, link, address, mac);
        host("route replace " + address + " dev " + link + " scope link");
        rule("priority 512 to " + address + " lookup main");
        if (table != MAIN) {
            rule("priority 1536 from " + address + " lookup " + table);
        }
    }

    /** The pair, and what is inside the pod. */
    private void plug(Pod pod, String link, String address, String mac) throws IOException, InterruptedException {
        String inside = nameOf(pod.namespace());
        host("link add " + link + " address " + mac + " mtu 9001 type veth peer name eth0 mtu 9001 netns " + inside);
        host("link set " + link + " up");
        ip(inside, "link set eth0 up");
        ip(inside, "route replace 169.254.1.1 dev eth0 scope link");
        ip(inside, "route add default via 169.254.1.1 dev eth0");
        ip(inside, "address add " + address + "/32 dev eth0");
        ip(inside, "neighbour add 169.254.1.1 lladdr " + mac + " dev eth0 nud permanent");
    }

    /**
     * What the plugin's ADD leaves of a pod with a branch interface.
     *
     * @param reply the daemon's answer
     * @param mode {@code strict} or {@code standard}, of its configuration
     * @param kind as {@code ip link add} says it
     */
    void connectBranch(Pod pod, AddNetworkReply reply, String mode, String kind)
            throws IOException, InterruptedException {
        boolean strict = mode.equals("strict");
        int vlan = reply.getPodVlanId();
        int table = vlan + 100;
        String branch = "vlan.eth." + vlan;
        String link = (strict ? "vlan" : "eni") + ReferenceRestore.hash("test", pod.name());
        String address = reply.getIPAllocationMetadata(0).getIPv4Addr();
        String gateway = reply.getPodENISubnetGW();
        plug(pod, link, address, "1e:00:00:00:01:%02x".formatted(vlan));
        host("link add link " + linkName(reply.getParentIfIndex()) + " name " + branch + " address "
                + reply.getPodENIMAC() + " " + kind);
        host("link set " + branch + " up");
        host("route replace " + gateway + " dev " + branch + " scope link table " + table);
        host("route replace default via " + gateway + " dev " + branch + " table " + table);
        host("route replace " + address + " dev " + link + " scope link" + (strict ? " table " + table : ""));
        if (strict) {
            rule("priority 10 iif " + branch + " lookup " + table);
            rule("priority 10 iif " + link + " lookup " + table);
        } else {
            rule("priority 512 to " + address + " lookup main");
            rule("priority 1536 from " + address + " lookup " + table);
        }
    }

    private String linkName(int index) throws IOException {
        try (NetnsFd inside =
                        NetnsFd.open(Objects.requireNonNull(world.node(node).networkNamespace()));
                Netlink netlink = Netlink.in(inside)) {
            return netlink.links(LinkFilter.ALL).stream()
                    .filter(link -> link.index() == index)
                    .map(Link::name)
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** Notes a pod for the state file. */
    void remember(Pod pod, String address) {
        allocations.add("""
                {"networkName":"%s","containerID":"container-%s","ifName":"eth0","ipv4":"%s",\
                "allocationTimestamp":1787263331120045678,\
                "metadata":{"k8sPodNamespace":"test","k8sPodName":"%s","interfacesCount":1}}""".formatted(NETWORK, pod.name(), address, pod.name()));
    }

    /** Notes a pod that was there before the first state file. */
    void rememberFromRuntime(Pod pod, String address) {
        allocations.add("""
                {"networkName":"_migrated-from-cri","containerID":"container-%s","ifName":"unknown","ipv4":"%s",\
                "allocationTimestamp":1587263331120045678,"metadata":{}}""".formatted(pod.name(), address));
    }

    void writeStateFile() throws IOException {
        Path file = world.checkpoint(node);
        Files.createDirectories(file.resolveSibling(""));
        Files.writeString(
                file, "{\"version\":\"vpc-cni-ipam/1\",\"allocations\":[" + String.join(",", allocations) + "]}\n");
    }

    /** The configuration of a DEL: with what the plugin's ADD returned. */
    static String delConfig(Pod pod, String address, int table) {
        return """
                {"cniVersion":"0.4.0","name":"%s","type":"aws-cni","vethPrefix":"eni","mtu":"9001","prevResult":{\
                "cniVersion":"0.4.0","interfaces":[{"name":"%s"},{"name":"eth0","mac":"%d","sandbox":"%s"},\
                {"name":"dummy%s","mac":"0","sandbox":"%d"}],\
                "ips":[{"version":"4","interface":1,"address":"%s/32"}],"dns":{}}}""".formatted(
                        NETWORK,
                        hostLink(pod),
                        table,
                        pod.namespace(),
                        ReferenceRestore.hash("test", pod.name()),
                        table == MAIN ? 0 : table - 1,
                        address);
    }

    static String hostLink(Pod pod) {
        return "eni" + ReferenceRestore.hash("test", pod.name());
    }

    private List<String> secondary(String eniId) {
        return world.interfaces(node).stream()
                .filter(eni -> eni.id().equals(eniId))
                .flatMap(eni -> eni.addresses().stream().skip(1))
                .map(Object::toString)
                .toList();
    }

    private Ec2Result call(Ec2Request request) {
        return Account.call(world.emulator, request);
    }

    private Optional<String> linkOf(String mac) throws IOException {
        try (NetnsFd inside =
                        NetnsFd.open(Objects.requireNonNull(world.node(node).networkNamespace()));
                Netlink netlink = Netlink.in(inside)) {
            return netlink.links(LinkFilter.ALL).stream()
                    .filter(link -> MacAddress.of(mac).equals(link.mac()))
                    .map(Link::name)
                    .findFirst();
        }
    }

    /** {@code ip rule add WORDS}; one that is there already is fine, as for the plugin. */
    private void rule(String words) throws IOException, InterruptedException {
        try {
            host("rule add " + words);
        } catch (IOException e) {
            if (!String.valueOf(e.getMessage()).contains("File exists")) {
                throw e;
            }
        }
    }

    private void host(String words) throws IOException, InterruptedException {
        ip(namespace, words);
    }

    /** {@code ip -n NAMESPACE WORDS}. */
    private static void ip(String namespace, String words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("ip", "-n", namespace));
        command.addAll(List.of(words.split(" ")));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + output);
        }
    }

    /** As {@code ip netns} calls it. */
    private static String nameOf(Path namespace) {
        return namespace.getFileName().toString();
    }
}
