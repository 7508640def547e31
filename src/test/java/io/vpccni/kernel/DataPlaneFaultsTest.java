package io.vpccni.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.smallrye.mutiny.Uni;
import io.vpccni.dataplane.EniPlan;
import io.vpccni.dataplane.FirewallBackend;
import io.vpccni.dataplane.HostFirewall;
import io.vpccni.dataplane.HostLinks;
import io.vpccni.dataplane.PodAttachment;
import io.vpccni.dataplane.PodLink;
import io.vpccni.dataplane.PodOnHost;
import io.vpccni.dataplane.PodsOnHost;
import io.vpccni.dataplane.Repair;
import io.vpccni.dataplane.RoutingChange;
import io.vpccni.dataplane.RoutingState;
import io.vpccni.kernel.Iptables.Flavour;
import io.vpccni.netlink.Batch;
import io.vpccni.netlink.End;
import io.vpccni.netlink.Family;
import io.vpccni.netlink.LinkChange;
import io.vpccni.netlink.Netlink;
import io.vpccni.netlink.Rule;
import io.vpccni.netlink.ns.Netns;
import io.vpccni.netlink.ns.NetnsFd;
import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import io.vpccni.testing.Eventually;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpFamily;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What goes wrong between the daemon and the kernel. */
@RequiresNetworkNamespaces
class DataPlaneFaultsTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private NodeFixture fixture;
    private LinuxNodeNetwork network;

    @BeforeEach
    void start() throws IOException {
        fixture = new NodeFixture();
        network = fixture.network();
    }

    @AfterEach
    void stop() throws IOException {
        network.close();
        fixture.close();
    }

    @Test
    void aRuleThatIptablesRefusesIsShownAndNothingOfItsTableIsChanged() throws IOException {
        needLegacy();
        HostFirewall impossible = new HostFirewall(
                Optional.empty(), Optional.of(List.of("-j NO_SUCH_TARGET")), List.of(), List.of(), List.of());
        for (Flavour flavour : List.of(Flavour.LEGACY, Flavour.NFT)) {
            try (HostNamespace host = HostNamespace.open(Optional.of(fixture.pathOf(fixture.node)))) {
                Iptables iptables = new Iptables(host, IpFamily.IPV4, flavour);
                assertThatThrownBy(() -> iptables.apply(impossible))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("refuses the host's rules")
                        .hasMessageContaining("NO_SUCH_TARGET");
                assertThat(iptables.chains("nat")).doesNotContain(HostFirewall.SNAT_CHAIN);
            }
        }
    }

    @Test
    void whoHoldsTheLockOfIptablesIsWaitedFor() throws Exception {
        needLegacy();
        Path lockFile = Path.of("/run/xtables.lock");
        try (HostNamespace host = HostNamespace.open(Optional.of(fixture.pathOf(fixture.node)))) {
            Iptables iptables = new Iptables(host, IpFamily.IPV4, Flavour.LEGACY);
            HostFirewall wish = HostFirewall.of(NodeFixture.hostPlan(), HostLinks.of("ens5"), FirewallBackend.LEGACY);
            Process holder = new ProcessBuilder("flock", lockFile.toString(), "cat").start();
            awaitHeld(lockFile);

            CompletableFuture<List<Repair>> written = CompletableFuture.supplyAsync(() -> {
                try {
                    return iptables.apply(wish);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            assertThat(written).isNotDone();
            holder.getOutputStream().close();

            assertThat(written)
                    .succeedsWithin(LIMIT)
                    .asInstanceOf(InstanceOfAssertFactories.LIST)
                    .isNotEmpty();
            assertThat(iptables.apply(wish)).isEmpty();
        }
    }

    /** {@code flock}: the JDK's locks are of another kind. */
    private static void awaitHeld(Path file) throws Exception {
        Eventually.is(
                1,
                "the exit code of who wants the lock",
                () -> new ProcessBuilder("flock", "--nonblock", file.toString(), "true")
                        .start()
                        .waitFor());
    }

    @Test
    void aLinkThatVanishesInTheMiddleEndsNoRepair() throws IOException {
        fixture.plugSecondary();
        EniPlan plan = EniPlan.of(NodeFixture.secondary(), 1500, IpFamily.IPV4);
        Netlink netlink = fixture.inNode();
        Routing routing = new Routing(netlink, IpFamily.IPV4);
        RoutingState seen = routing.read();
        netlink.batch().deleteLink("ens6").run();

        List<RoutingChange> done = routing.repair(plan, seen);

        assertThat(done).noneMatch(RoutingChange.PutRoute.class::isInstance);
        assertThat(plan.changes(routing.read())).isEmpty();
        assertThatThrownBy(() -> routing.apply(plan, seen)).isInstanceOf(IOException.class);
    }

    @Test
    void podsWhoseNamespaceIsRemovedMeanwhileLeaveNothing() throws Exception {
        NodeFixture.Snapshot before = fixture.snapshot();
        for (int number = 0; number < 40; number++) {
            String name = "gone" + number;
            Path path =
                    Path.of("/run/netns", "vpccni-" + ProcessHandle.current().pid() + "-" + name);
            Netns.create(path).close();
            String link = PodLink.name("eni", "default", name);
            var pod = new PodAttachment(path, "eth0", link, IpAddress.parse("10.0.1." + (100 + number)), 2, 1400);
            CompletableFuture<Void> connected =
                    network.connect(List.of(pod)).subscribe().asCompletionStage();
            Netns.delete(path);
            // It may have come too late or in time; what counts is what the DEL leaves.
            connected.handle((_, _) -> true).get();
            await(network.disconnect(Optional.of(pod.address()), Optional.of(link)));
        }
        Eventually.is(before, "what is left", fixture::snapshot);
    }

    @Test
    void rulesOfAThousandPodsAreRepairedAtOnceAndOnce() throws IOException {
        int count = 1_000;
        List<PodOnHost> pods = new ArrayList<>();
        Batch batch = fixture.inNode().batch();
        for (int number = 0; number < count; number++) {
            String link = PodLink.name("eni", "default", "pod" + number);
            batch.veth(End.named(link, LinkChange.up()), End.named("p" + number));
            IpAddress address = IpAddress.parse("10.0." + (100 + number / 250) + "." + (1 + number % 250));
            pods.add(new PodOnHost(address, 2, PodLink.hash(link)));
        }
        batch.run();
        PodsOnHost all = new PodsOnHost(pods, Set.of());

        assertThat(await(network.repairPods(IpFamily.IPV4, () -> all))).hasSize(3 * count);
        assertThat(await(network.repairPods(IpFamily.IPV4, () -> all))).isEmpty();

        // As systemd-networkd does.
        Batch flush = fixture.inNode().batch();
        for (Rule rule : fixture.inNode().rules(Family.IPV4)) {
            if (rule.priority() == 512 || rule.priority() == 1536) {
                flush.delete(rule);
            }
        }
        flush.run();
        assertThat(await(network.repairPods(IpFamily.IPV4, () -> all))).hasSize(2 * count);
        assertThat(await(network.repairPods(
                        IpFamily.IPV4,
                        () -> new PodsOnHost(List.of(), Set.of(pods.getFirst().address())))))
                .as("a link still lives there")
                .isEmpty();
    }

    @Test
    void tablesThatChangeAllTheTimeAreReadAllTheSame() throws Exception {
        var stop = new AtomicBoolean();
        NetnsFd node = fixture.node;
        CompletableFuture<Void> churn = new CompletableFuture<>();
        Thread.ofPlatform().start(() -> {
            try (Netlink netlink = Netlink.in(node)) {
                for (int number = 0; !stop.get(); number++) {
                    Rule rule = Rule.lookup(Family.IPV4, 900, 1 + number % 200);
                    netlink.batch()
                            .veth(End.named("churn"), End.named("churn2"))
                            .add(rule)
                            .delete(rule)
                            .deleteLink("churn")
                            .run();
                }
                churn.complete(null);
            } catch (IOException | RuntimeException e) {
                churn.completeExceptionally(e);
            }
        });
        for (int look = 0; look < 200; look++) {
            assertThat(await(network.repairPods(IpFamily.IPV4, () -> PodsOnHost.NONE)))
                    .isEmpty();
        }
        stop.set(true);
        churn.get();
    }

    private static void needLegacy() {
        assumeTrue(Files.isExecutable(Path.of("/usr/sbin/iptables-legacy")), "iptables-legacy is not installed");
    }

    private static <T> T await(Uni<T> uni) {
        return uni.await().atMost(LIMIT);
    }
}
