package io.vpccni.emulator.fabric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.vpccni.emulator.Emulator;
import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.emulator.Http;
import io.vpccni.emulator.cloud.Ec2Request;
import io.vpccni.emulator.cloud.Ec2Result;
import io.vpccni.emulator.cloud.NodePlan;
import io.vpccni.emulator.cloud.WireChange;
import io.vpccni.emulator.faults.Links;
import io.vpccni.netlink.Family;
import io.vpccni.netlink.Link;
import io.vpccni.netlink.LinkFilter;
import io.vpccni.netlink.MacAddress;
import io.vpccni.netlink.Netlink;
import io.vpccni.netlink.Notification;
import io.vpccni.netlink.Notifications;
import io.vpccni.netlink.Prefix;
import io.vpccni.netlink.RouteFilter;
import io.vpccni.netlink.Topic;
import io.vpccni.netlink.ns.Netns;
import io.vpccni.netlink.ns.NetnsFd;
import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Namespaces and links come and go with the model. */
@RequiresNetworkNamespaces
class FabricLifeTest {
    @Test
    void anInstanceComesAsFromDhcp() throws IOException {
        try (var world = new TestWorld("life");
                var netlink = world.netlink("node1")) {
            var eth0 = netlink.link("eth0").orElseThrow();

            assertThat(eth0.mac())
                    .isEqualTo(MacAddress.of(world.primary("node1").mac()));
            assertThat(eth0).returns(9001, Link::mtu).returns(true, Link::running);
            assertThat(netlink.link("lo").orElseThrow().up()).isTrue();
            assertThat(netlink.addrs(eth0.index()))
                    .filteredOn(a -> a.prefix().family() == Family.IPV4)
                    .extracting(a -> a.prefix().toString())
                    .containsExactly(world.address("node1") + "/19");
            assertThat(netlink.routes(RouteFilter.of(Family.IPV4).table(254)))
                    .filteredOn(r -> r.gateway() != null)
                    .singleElement()
                    .satisfies(r -> {
                        assertThat(r.destination()).isEqualTo(Prefix.all(Family.IPV4));
                        assertThat(r.gateway()).isEqualTo(java.net.InetAddress.ofLiteral("10.0.0.1"));
                    });
        }
    }

    @Test
    void anAttachedEniAppearsAsBareHardwareAndGoesWithDetach() throws Exception {
        try (var world = new TestWorld("life");
                var namespace = NetnsFd.open(world.name.node("node1"))) {
            var appeared = new CompletableFuture<Link>();
            var vanished = new CompletableFuture<Link>();
            try (var _ = Notifications.open(namespace, Set.of(Topic.LINKS), n -> {
                switch (n) {
                    case Notification.LinkSet set
                    when set.link().name().equals("eth1") -> appeared.complete(set.link());
                    case Notification.LinkRemoved removed
                    when removed.link().name().equals("eth1") -> vanished.complete(removed.link());
                    default -> {}
                }
            })) {
                var eni = ((Ec2Result.Created) world.call(Ec2Request.CreateNetworkInterface.in(
                                world.primary("node1").subnetId())))
                        .eni();
                var attached = (Ec2Result.Attached) world.call(new Ec2Request.AttachNetworkInterface(
                        eni.id(), world.emulator.node("node1").instanceId(), 1, 0));

                var link = appeared.get(10, TimeUnit.SECONDS);
                assertThat(link.mac()).isEqualTo(MacAddress.of(eni.mac()));
                assertThat(link).returns(false, Link::up).returns(9001, Link::mtu);
                try (var netlink = world.netlink("node1")) {
                    assertThat(netlink.addrs(link.index())).isEmpty();
                }

                world.call(new Ec2Request.DetachNetworkInterface(attached.attachmentId(), false));
                assertThat(vanished.get(10, TimeUnit.SECONDS).index()).isEqualTo(link.index());
            }
        }
    }

    @Test
    void everyEniIsALinkWhateverItsCardButForEfaOnly() throws Exception {
        try (var world = new TestWorld("life")) {
            var plan = NodePlan.of("p4d.24xlarge");
            for (int card = 0; card < 4; card++) {
                plan = plan.withEni(card, 1, "interface").withEni(card, 2, "efa-only");
            }
            var added = world.emulator.addNode(plan).name();
            for (int i = 0; i < 5; i++) {
                world.awaitChange(WireChange.EniAttached.class);
            }

            try (var netlink = world.netlink(added)) {
                assertThat(netlink.links(LinkFilter.ALL))
                        .extracting(Link::name)
                        .containsExactlyInAnyOrder("lo", "eth0", "eth1", "eth101", "eth201", "eth301");
            }
        }
    }

    @Test
    void aMissingLinkComesWhenItIsCleared() throws Exception {
        try (var world = new TestWorld("life")) {
            var instance = world.emulator.node("node1").instanceId();
            world.emulator.run(core -> core.links().set(instance, new Links.Fault.Missing()));
            var create =
                    Ec2Request.CreateNetworkInterface.in(world.primary("node1").subnetId());
            var eni = ((Ec2Result.Created) world.call(create)).eni();
            world.call(new Ec2Request.AttachNetworkInterface(eni.id(), instance, 1, 0));
            // Of another node: what the fabric has heard before, it has done.
            world.assign("node2");

            try (var netlink = world.netlink("node1")) {
                assertThat(netlink.link("eth1")).isEmpty();
                world.emulator.run(core -> core.links().clear(instance));
                world.awaitChange(WireChange.EniAttached.class);
                assertThat(netlink.link("eth1")).isPresent();
            }
        }
    }

    @Test
    void nodesComeAndGo() throws Exception {
        try (var world = new TestWorld("life")) {
            var added = world.emulator.addNode("t3.medium").name();
            world.awaitChange(WireChange.EniAttached.class);
            Netns.create(world.name.pod(added, "web")).close();

            assertThat(world.answers(added, world.address(added), world.address("node1")))
                    .isTrue();
            world.emulator.removeNode(added);
            world.awaitChange(WireChange.NodeRemoved.class);
            assertThat(world.name.present())
                    .containsExactlyInAnyOrder(world.name.router(), world.name.node("node1"), world.name.node("node2"));
        }
    }

    @Test
    void closeLeavesNothingAndTheMachineIsAsBefore() throws IOException {
        try (var host = Netlink.host()) {
            var links = host.links(LinkFilter.ALL).stream().map(Link::name).toList();
            var routes = host.routes(RouteFilter.of(Family.IPV4));
            var world = new TestWorld("life");
            Netns.create(world.name.pod("node1", "left-over")).close();

            assertThat(host.links(LinkFilter.ALL)).extracting(Link::name).isEqualTo(links);
            assertThat(host.routes(RouteFilter.of(Family.IPV4))).isEqualTo(routes);
            world.close();
            assertThat(world.name.present()).isEmpty();
            assertThat(host.links(LinkFilter.ALL)).extracting(Link::name).isEqualTo(links);
        }
    }

    @Test
    void theLeftoversOfAKilledWorldAreReplaced() throws IOException {
        var name = new WorldName("life");
        for (var path : List.of(name.router(), name.node("node1"), name.node("node9"), name.pod("node1", "web"))) {
            Netns.create(path).close();
        }

        try (var world = new TestWorld("life")) {
            assertThat(name.present()).containsExactlyInAnyOrder(name.router(), name.node("node1"), name.node("node2"));
            assertThat(world.answers("node1", world.address("node1"), world.address("node2")))
                    .isTrue();
        }
    }

    @Test
    void aStartThatFailsLeavesNothing() {
        var name = new WorldName("life");
        try (var emulator = Emulator.start(EmulatorOptions.instant())) {
            emulator.addFabric(change -> {});
            emulator.close();

            assertThatThrownBy(() -> Fabric.start(emulator, "life")).isInstanceOf(RuntimeException.class);
            assertThat(name.router()).doesNotExist();
        }
    }

    @Test
    void theAdminApiShowsTheNetwork() throws IOException {
        try (var world = new TestWorld("life")) {
            var admin = world.emulator.adminEndpoint();

            var nodes = new ObjectMapper()
                    .readTree(Http.call("GET", admin, "/nodes", "").body());
            var model = new ObjectMapper()
                    .readTree(Http.call("GET", admin, "/world", "").body());
            assertThat(nodes.at("/nodes/0/networkNamespace").asText()).isEqualTo("/run/netns/vpccni-life-node1");
            assertThat(model.at("/outsideAddress").asText()).isEqualTo("203.0.113.10");
            assertThat(model.at("/outsideIpv6Address").asText()).isEqualTo("2001:db8:ffff::10");
        }
    }
}
