package io.vpccni.emulator.imds;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.emulator.InProcess;
import io.vpccni.emulator.cloud.AddressWish;
import io.vpccni.emulator.cloud.Ec2Request;
import io.vpccni.emulator.cloud.Ec2Result;
import io.vpccni.emulator.cloud.Instance;
import io.vpccni.emulator.cloud.NetworkInterface;
import io.vpccni.emulator.cloud.NodePlan;
import io.vpccni.emulator.cloud.WorldPlan;
import io.vpccni.emulator.faults.Delays;
import io.vpccni.emulator.faults.Throttle;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class MetadataTreeTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final String MACS = "network/interfaces/macs/";

    private final InProcess emulator = InProcess.usual(1, "m5.large", Delays.none(), 3, START);
    private final Instance node = emulator.nodes().getFirst();
    private Instant now = START;

    private String get(String path) {
        return emulator.metadata(node.id(), "latest/meta-data/" + path, now).orElse("404");
    }

    private NetworkInterface secondEni() {
        Ec2Request.CreateNetworkInterface create = Ec2Request.CreateNetworkInterface.in(node.subnetId())
                .withPrimaryAddress("10.0.7.7")
                .withIpv4(AddressWish.prefixes("10.0.8.16/28", "10.0.8.32/28"))
                .withIpv6(AddressWish.addresses("2600:1f14:e00:7c00::77"));
        NetworkInterface eni = ((Ec2Result.Created) emulator.submit(create, now).result()).eni();
        emulator.submit(new Ec2Request.AttachNetworkInterface(eni.id(), node.id(), 1, 0), now)
                .result();
        return Objects.requireNonNull(emulator.cloud().world().interfaces().get(eni.id()));
    }

    @Test
    void aNodeWithTwoInterfacesShowsItsWholeTree() {
        NetworkInterface second = secondEni();
        NetworkInterface first =
                emulator.cloud().world().primaryInterface(node.id()).orElseThrow();
        String ip = first.primaryAddress().toString();
        String group = first.groupIds().getFirst();
        Map<String, String> tree = new LinkedHashMap<>();
        tree.put("instance-id", node.id());
        tree.put("instance-type", "m5.large");
        tree.put("ami-id", node.amiId());
        tree.put("mac", first.mac());
        tree.put("local-ipv4", ip);
        tree.put("hostname", "ip-" + ip.replace('.', '-') + ".us-west-2.compute.internal");
        tree.put("local-hostname", "ip-" + ip.replace('.', '-') + ".us-west-2.compute.internal");
        tree.put("ipv6", "404");
        tree.put("placement/", "availability-zone\navailability-zone-id\nregion");
        tree.put("placement/availability-zone", "us-west-2a");
        tree.put("placement/availability-zone-id", "usw2-az1");
        tree.put("placement/region", "us-west-2");
        tree.put("services/partition", "aws");
        tree.put("iam/", "info\nsecurity-credentials/");
        tree.put("iam/security-credentials/", "emulated-node-role");
        tree.put("network", "interfaces/");
        tree.put("network/interfaces/", "macs/");
        tree.put(
                MACS,
                first.mac().compareTo(second.mac()) < 0
                        ? first.mac() + "/\n" + second.mac() + "/"
                        : second.mac() + "/\n" + first.mac() + "/");
        tree.put(MACS + first.mac(), """
                device-number
                interface-id
                local-hostname
                local-ipv4s
                mac
                owner-id
                security-group-ids
                security-groups
                subnet-id
                subnet-ipv4-cidr-block
                subnet-ipv6-cidr-blocks
                vpc-id
                vpc-ipv4-cidr-block
                vpc-ipv4-cidr-blocks
                vpc-ipv6-cidr-blocks""");
        tree.put(MACS + second.mac() + "/", """
                device-number
                interface-id
                ipv4-prefix
                ipv6s
                local-hostname
                local-ipv4s
                mac
                owner-id
                security-group-ids
                security-groups
                subnet-id
                subnet-ipv4-cidr-block
                subnet-ipv6-cidr-blocks
                vpc-id
                vpc-ipv4-cidr-block
                vpc-ipv4-cidr-blocks
                vpc-ipv6-cidr-blocks""");
        tree.put(MACS + first.mac() + "/device-number", "0");
        tree.put(MACS + first.mac() + "/interface-id", first.id());
        tree.put(MACS + first.mac() + "/local-ipv4s", ip);
        tree.put(MACS + first.mac() + "/ipv4-prefix", "404");
        tree.put(MACS + first.mac() + "/ipv6s", "404");
        tree.put(MACS + first.mac() + "/network-card", "404");
        tree.put(MACS + first.mac() + "/owner-id", "123456789012");
        tree.put(MACS + first.mac() + "/security-groups", "default");
        tree.put(MACS + first.mac() + "/security-group-ids", group);
        tree.put(MACS + first.mac() + "/subnet-id", node.subnetId());
        tree.put(MACS + first.mac() + "/vpc-id", node.vpcId());
        tree.put(MACS + first.mac() + "/subnet-ipv4-cidr-block", "10.0.0.0/19");
        tree.put(MACS + first.mac() + "/subnet-ipv6-cidr-blocks", "2600:1f14:e00:7c00::/64");
        tree.put(MACS + first.mac() + "/vpc-ipv4-cidr-block", "10.0.0.0/16");
        tree.put(MACS + first.mac() + "/vpc-ipv4-cidr-blocks", "10.0.0.0/16");
        tree.put(MACS + first.mac() + "/vpc-ipv6-cidr-blocks", "2600:1f14:e00:7c00::/56");
        tree.put(MACS + second.mac() + "/device-number", "1");
        tree.put(MACS + second.mac() + "/local-ipv4s", "10.0.7.7");
        tree.put(MACS + second.mac() + "/local-hostname", "ip-10-0-7-7.us-west-2.compute.internal");
        tree.put(MACS + second.mac() + "/ipv4-prefix", "10.0.8.16/28\n10.0.8.32/28");
        tree.put(MACS + second.mac() + "/ipv6s", "2600:1f14:e00:7c00::77");
        tree.put(MACS + second.mac() + "/ipv6-prefix", "404");
        tree.put(MACS + "02:00:00:00:00:00/", "404");
        tree.put("no-such-thing", "404");
        Map<String, String> seen = new LinkedHashMap<>();

        tree.keySet().forEach(path -> seen.put(path, get(path)));

        assertThat(seen).containsExactlyEntriesOf(tree);
    }

    @Test
    void anIpv6NodeShowsItsAddressesAndPrefixes() {
        InProcess dual = InProcess.usual(1, NodePlan.of("m5.large").withIpv6(), Delays.none(), 3, START);
        Instance instance = dual.nodes().getFirst();
        String id = dual.cloud()
                .world()
                .primaryInterface(instance.id())
                .orElseThrow()
                .id();
        dual.submit(new Ec2Request.AssignIpv6Addresses(id, AddressWish.count(1)), now)
                .result();
        dual.submit(new Ec2Request.AssignIpv6Addresses(id, AddressWish.prefixes("2600:1f14:e00:7c00:9::/80")), now)
                .result();
        NetworkInterface eni =
                dual.cloud().world().primaryInterface(instance.id()).orElseThrow();
        String mac = "latest/meta-data/" + MACS + eni.mac() + "/";

        assertThat(eni.ipv6Addresses()).hasSize(2);
        assertThat(dual.metadata(instance.id(), "latest/meta-data/ipv6", now))
                .contains(eni.ipv6Addresses().getFirst().toString());
        assertThat(dual.metadata(instance.id(), mac + "ipv6s", now))
                .contains(eni.ipv6Addresses().getFirst() + "\n"
                        + eni.ipv6Addresses().getLast());
        assertThat(dual.metadata(instance.id(), mac + "ipv6-prefix", now)).contains("2600:1f14:e00:7c00:9::/80");
    }

    @Test
    void onATypeWithSeveralCardsEachInterfaceNamesItsCard() {
        NodePlan plan = NodePlan.of("p4d.24xlarge").withEni(1, 0, "efa-only").withEni(1, 1, "interface");
        InProcess many = InProcess.usual(1, plan, Delays.none(), 3, START);
        Instance instance = many.nodes().getFirst();
        List<Map<String, String>> seen = many.cloud().world().interfacesOf(instance.id()).stream()
                .map(eni -> shown(many, instance, eni, "network-card", "device-number", "interface-id", "local-ipv4s"))
                .toList();
        List<NetworkInterface> enis = many.cloud().world().interfacesOf(instance.id());

        assertThat(seen)
                .containsExactly(
                        Map.of(
                                "network-card",
                                "0",
                                "device-number",
                                "0",
                                "interface-id",
                                enis.get(0).id(),
                                "local-ipv4s",
                                enis.get(0).primaryAddress().toString()),
                        Map.of(
                                "network-card",
                                "1",
                                "device-number",
                                "0",
                                "interface-id",
                                enis.get(1).id()),
                        Map.of(
                                "network-card",
                                "1",
                                "device-number",
                                "1",
                                "interface-id",
                                enis.get(2).id(),
                                "local-ipv4s",
                                enis.get(2).primaryAddress().toString()));
    }

    /** The files of an interface that are there. */
    private Map<String, String> shown(InProcess emulator, Instance instance, NetworkInterface eni, String... names) {
        Map<String, String> files = new LinkedHashMap<>();
        for (String name : names) {
            emulator.metadata(instance.id(), "latest/meta-data/" + MACS + eni.mac() + "/" + name, now)
                    .ifPresent(text -> files.put(name, text));
        }
        return files;
    }

    @Test
    void withoutIpv6InTheVpcThereAreNoIpv6Categories() {
        InProcess old = new InProcess(WorldPlan.usual().withoutIpv6(), Delays.none(), Throttle.off(), 3, START);
        Instance instance = old.cloud().addNode("m5.large", START);
        String mac = old.cloud()
                .world()
                .primaryInterface(instance.id())
                .orElseThrow()
                .mac();

        for (String name : List.of("subnet-ipv6-cidr-blocks", "vpc-ipv6-cidr-blocks", "ipv6s", "ipv6-prefix")) {
            assertThat(old.metadata(instance.id(), "latest/meta-data/" + MACS + mac + "/" + name, now))
                    .as(name)
                    .isEmpty();
        }
    }

    @Test
    void theIdentityDocumentNamesRegionAndInstance() {
        assertThat(emulator.metadata(node.id(), "/latest/dynamic/instance-identity/document", now))
                .hasValueSatisfying(document -> assertThat(document)
                        .contains("\"region\" : \"us-west-2\"", "\"instanceId\" : \"" + node.id() + "\""));
    }

    @Test
    void anEniShowsWhenItIsAttachedAndTheLagIsOver() {
        emulator.setDelays(Delays.none().withAttach(Duration.ofSeconds(2)).withImdsLag(Duration.ofSeconds(1)), now);
        String path = MACS + secondEni().mac() + "/interface-id";

        now = START.plusMillis(2999);
        assertThat(get(path)).isEqualTo("404");
        now = START.plusMillis(3000);
        assertThat(get(path)).startsWith("eni-");
    }
}
