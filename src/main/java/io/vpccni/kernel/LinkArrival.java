package io.vpccni.kernel;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vpccni.netlink.Link;
import io.vpccni.netlink.LinkFilter;
import io.vpccni.netlink.MacAddress;
import io.vpccni.netlink.Netlink;
import io.vpccni.netlink.Notification;
import io.vpccni.netlink.Notifications;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Waits for links by their MAC address. The kernel says when one comes, so nothing is asked twice, and a wait holds up
 * nobody: it is no more than an entry here. Everything but the listener runs on one kernel thread.
 */
final class LinkArrival implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(LinkArrival.class);

    /** What a link of these kinds shows is the MAC address of the one below. */
    private static final Set<String> STACKED =
            Set.of("vlan", "macvlan", "ipvlan", "bridge", "bond", "team", "vrf", "macvtap");

    private final HostNamespace host;
    private final Netlink netlink;
    private final KernelThread thread;
    private final Duration limit;
    private final Set<Wait> waits = new HashSet<>();

    /** Open while somebody waits: pods come and go in between, which would wake the listener for nothing. */
    private @Nullable Notifications notifications;

    private boolean closed;

    private record Wait(MacAddress mac, UniEmitter<? super Link> emitter) {}

    LinkArrival(HostNamespace host, Netlink netlink, KernelThread thread, Duration limit) {
        this.host = host;
        this.netlink = netlink;
        this.thread = thread;
        this.limit = limit;
    }

    /** The link with this MAC address, as soon as it is there. Answers on the kernel thread. */
    Uni<Link> await(io.vpccni.vpc.MacAddress mac) {
        return Uni.createFrom().emitter(emitter -> thread.execute(() -> begin(mac, emitter), emitter));
    }

    private void begin(io.vpccni.vpc.MacAddress mac, UniEmitter<? super Link> emitter) {
        MacAddress wanted = KernelWords.mac(mac);
        if (closed) {
            emitter.fail(KernelThread.closed());
            return;
        }
        try {
            Optional<Link> there = find(wanted);
            if (there.isEmpty()) {
                listen();
                // It may have come in between.
                there = find(wanted);
            }
            if (there.isPresent()) {
                emitter.complete(there.get());
                closeIfIdle();
                return;
            }
        } catch (IOException | RuntimeException e) {
            emitter.fail(e);
            closeIfIdle();
            return;
        }
        waitFor(new Wait(wanted, emitter));
    }

    private void waitFor(Wait wait) {
        waits.add(wait);
        Runnable cancel = thread.schedule(limit, () -> giveUp(wait));
        wait.emitter().onTermination(() -> {
            cancel.run();
            thread.execute(() -> forget(wait));
        });
    }

    private Optional<Link> find(MacAddress mac) throws IOException {
        return netlink.links(LinkFilter.mac(mac)).stream()
                .filter(LinkArrival::isInterface)
                .findFirst();
    }

    static boolean isInterface(Link link) {
        return !STACKED.contains(link.kind());
    }

    private void listen() throws IOException {
        if (notifications == null) {
            notifications = host.linkEvents(notification -> thread.execute(() -> hear(notification)));
        }
    }

    private void hear(Notification notification) {
        switch (notification) {
            case Notification.LinkSet(Link link) -> arrived(link);
            case Notification.Lost _ -> lookAgain();
            case Notification.Ended(IOException cause) -> fail(cause);
            default -> {}
        }
    }

    private void arrived(Link link) {
        if (!isInterface(link)) {
            return;
        }
        for (Wait wait : List.copyOf(waits)) {
            if (wait.mac().equals(link.mac()) && waits.remove(wait)) {
                wait.emitter().complete(link);
            }
        }
    }

    private void lookAgain() {
        try {
            netlink.links(LinkFilter.ALL).forEach(this::arrived);
        } catch (IOException e) {
            fail(e);
        }
    }

    private void giveUp(Wait wait) {
        if (waits.remove(wait)) {
            wait.emitter()
                    .fail(new IOException("setupENINetwork: failed to find the link which uses MAC address "
                            + wait.mac() + " within " + limit.toMillis() + " ms"));
        }
    }

    private void forget(Wait wait) {
        waits.remove(wait);
        closeIfIdle();
    }

    private void fail(IOException cause) {
        for (Wait wait : List.copyOf(waits)) {
            if (waits.remove(wait)) {
                wait.emitter().fail(cause);
            }
        }
        closeIfIdle();
    }

    private void closeIfIdle() {
        Notifications open = notifications;
        if (open != null && waits.isEmpty()) {
            notifications = null;
            try {
                open.close();
            } catch (IOException e) {
                LOG.debugf("closing a socket: %s", e.getMessage());
            }
        }
    }

    /** Nobody is waited for any more. */
    @Override
    public void close() {
        closed = true;
        fail(KernelThread.closed());
    }
}
