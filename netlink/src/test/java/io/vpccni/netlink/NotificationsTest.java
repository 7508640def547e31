package io.vpccni.netlink;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import io.vpccni.netlink.testing.TestNamespaces;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

@RequiresNetworkNamespaces
class NotificationsTest {
    private final LinkedBlockingQueue<Notification> told = new LinkedBlockingQueue<>();

    @Test
    void linksAreToldWhenTheyComeAndGo() throws Exception {
        try (var namespaces = new TestNamespaces()) {
            var namespace = namespaces.create();
            try (var netlink = Netlink.in(namespace);
                    var _ = Notifications.open(namespace, Set.of(Topic.LINKS), told::add)) {
                netlink.batch().veth(End.named("a0"), End.named("b0")).run();
                await(n -> n instanceof Notification.LinkSet(var link)
                        && link.name().equals("a0"));
                netlink.batch().deleteLink("a0").run();
                await(n -> n instanceof Notification.LinkRemoved(var link)
                        && link.name().equals("b0"));
            }
        }
    }

    @Test
    void addressesRoutesAndRulesAreTold() throws Exception {
        try (var namespaces = new TestNamespaces()) {
            var namespace = namespaces.create();
            try (var netlink = Netlink.in(namespace);
                    var _ = Notifications.open(namespace, EnumSet.complementOf(EnumSet.of(Topic.LINKS)), told::add)) {
                var address = Addr.on(1, Prefix.of("10.0.0.1"));
                var route = Route.to(Prefix.of("10.9.0.0/16")).device(1).table(10001);
                var rule = Rule.lookup(Family.IPV6, 512, 10001);
                netlink.batch()
                        .set("lo", LinkChange.up())
                        .add(address)
                        .add(route)
                        .add(rule)
                        .run();
                await(n ->
                        n instanceof Notification.AddrSet(var a) && a.prefix().equals(address.prefix()));
                await(n -> n instanceof Notification.RouteSet(var r) && r.table() == 10001);
                await(n -> n.equals(new Notification.RuleSet(rule)));
                netlink.batch().delete(rule).delete(route).delete(address).run();
                await(n -> n.equals(new Notification.RuleRemoved(rule)));
                await(n -> n instanceof Notification.RouteRemoved(var r) && r.table() == 10001);
                await(n -> n instanceof Notification.AddrRemoved(var a)
                        && a.prefix().equals(address.prefix()));
                assertThat(told).noneMatch(Notification.LinkSet.class::isInstance);
            }
        }
    }

    @Test
    void onlyWhatOtherProgramsDoIsToldOnRequest() throws Exception {
        try (var namespaces = new TestNamespaces()) {
            var namespace = namespaces.create();
            try (var fresh = Netlink.in(namespace);
                    var used = Netlink.in(namespace);
                    var other = Netlink.in(namespace)) {
                var set = used.batch().set("lo", LinkChange.up());
                set.run();
                try (var _ = Notifications.openForeign(
                        Set.of(fresh, used), namespace, EnumSet.complementOf(EnumSet.of(Topic.LINKS)), told::add)) {
                    int priority = 100;
                    for (var netlink : new Netlink[] {fresh, used, other}) {
                        netlink.batch()
                                .add(Addr.on(1, Prefix.of("10.0.0." + priority)))
                                .add(Route.to(Prefix.of("10.9." + priority + ".0/24"))
                                        .device(1))
                                .add(Rule.lookup(Family.IPV4, priority, 10001))
                                .run();
                        priority++;
                    }
                    var all = new ArrayList<Notification>();
                    await(n -> all.add(n) && n instanceof Notification.RuleSet);
                    assertThat(all).hasSize(3).allMatch(n -> n.toString().contains("102"));
                }
            }
        }
    }

    @Test
    void whatASlowListenerMissesIsReportedAsLost() throws Exception {
        var first = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        try (var namespaces = new TestNamespaces()) {
            var namespace = namespaces.create();
            try (var netlink = Netlink.in(namespace);
                    var _ = Notifications.open(namespace, Set.of(Topic.RULES), 4096, n -> {
                        first.countDown();
                        awaitQuietly(go);
                        told.add(n);
                    })) {
                var rule = Rule.lookup(Family.IPV4, 512, 10001);
                netlink.batch().add(rule).run();
                assertThat(first.await(10, TimeUnit.SECONDS)).isTrue();
                for (int i = 0; i < 200; i++) {
                    netlink.batch().delete(rule).add(rule).run();
                }
                go.countDown();
                await(Notification.Lost.class::isInstance);
                // It goes on afterwards.
                told.clear();
                var last = Rule.lookup(Family.IPV4, 513, 10001);
                netlink.batch().add(last).run();
                await(n -> n.equals(new Notification.RuleSet(last)));
            }
        }
    }

    @Test
    void aListenerThatThrowsIsCalledAgain() throws Exception {
        try (var namespaces = new TestNamespaces()) {
            var namespace = namespaces.create();
            try (var netlink = Netlink.in(namespace);
                    var _ = Notifications.open(namespace, Set.of(Topic.RULES), n -> {
                        Thread.currentThread().setUncaughtExceptionHandler((t, e) -> {});
                        told.add(n);
                        throw new IllegalStateException("on purpose");
                    })) {
                var rule = Rule.lookup(Family.IPV4, 512, 10001);
                netlink.batch().add(rule).delete(rule).run();
                await(n -> n.equals(new Notification.RuleSet(rule)));
                await(n -> n.equals(new Notification.RuleRemoved(rule)));
            }
        }
    }

    @Test
    void closingEndsTheThreadAndNothingIsToldAfterwards() throws Exception {
        try (var namespaces = new TestNamespaces()) {
            var namespace = namespaces.create();
            var thread = new LinkedBlockingQueue<Thread>();
            try (var netlink = Netlink.in(namespace)) {
                var notifications = Notifications.open(namespace, Set.of(Topic.RULES), n -> {
                    thread.add(Thread.currentThread());
                    told.add(n);
                });
                var rule = Rule.lookup(Family.IPV4, 512, 10001);
                netlink.batch().add(rule).run();
                await(n -> n.equals(new Notification.RuleSet(rule)));
                notifications.close();
                notifications.close();
                assertThat(thread.remove().isAlive()).isFalse();
                netlink.batch().delete(rule).run();
                assertThat(told).isEmpty();
            }
        }
    }

    @Test
    void aListenerMayCloseItsOwnNotifications() throws Exception {
        try (var namespaces = new TestNamespaces()) {
            var namespace = namespaces.create();
            var handle = new LinkedBlockingQueue<Notifications>();
            var thread = new LinkedBlockingQueue<Thread>();
            try (var netlink = Netlink.in(namespace)) {
                handle.add(Notifications.open(namespace, Set.of(Topic.RULES), _ -> {
                    try {
                        handle.take().close();
                    } catch (IOException | InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                    thread.add(Thread.currentThread());
                }));
                netlink.batch().add(Rule.lookup(Family.IPV4, 512, 10001)).run();
                var ended = Objects.requireNonNull(thread.poll(10, TimeUnit.SECONDS), "the listener was not called");
                ended.join(10_000);
                assertThat(ended.isAlive()).isFalse();
            }
        }
    }

    private void await(Predicate<Notification> wanted) throws InterruptedException {
        while (true) {
            var next = told.poll(10, TimeUnit.SECONDS);
            assertThat(next).as("nothing was told for 10 s").isNotNull();
            if (wanted.test(next)) {
                return;
            }
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            // Bounded: a test that fails before it opens the latch must not hang in close.
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
