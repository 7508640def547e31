package io.vpccni.kernel;

import io.vpccni.netlink.Link;
import io.vpccni.netlink.Netlink;
import io.vpccni.netlink.Notification;
import io.vpccni.netlink.Notifications;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/**
 * Hears what others do to the host's network: a route, rule or address that goes, a link of ours that goes down. What the
 * daemon does itself is not told. A listener should look again and not believe what it hears: routes that go with their link
 * go without a word.
 */
final class Disturbances implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(Disturbances.class);

    private final Notifications notifications;
    private final Set<Integer> interfaces = ConcurrentHashMap.newKeySet();
    private volatile Runnable listener = () -> {};

    /** {@code own}: the daemon's conversations with the kernel about the host. */
    Disturbances(HostNamespace host, Set<Netlink> own) throws IOException {
        notifications = host.foreignChanges(own, this::hear);
    }

    /** Whom to tell, on a thread that must not be held up. */
    void tell(Runnable others) {
        listener = others;
    }

    /**
     * An interface of the node has this link, and pods of an earlier daemon that are on it may lack something. Links of pods are
     * not watched: they go down all day.
     */
    void watch(Link link) {
        interfaces.add(link.index());
        listener.run();
    }

    private void hear(Notification notification) {
        switch (notification) {
            case Notification.RuleRemoved _,
                    Notification.RouteRemoved _,
                    Notification.AddrRemoved _,
                    Notification.Lost _ -> listener.run();
            case Notification.LinkSet(Link link) when !link.up() && interfaces.contains(link.index()) -> listener.run();
            case Notification.Ended(IOException cause) ->
                LOG.warnf("changes of the host's network are noticed later from now on: %s", cause.getMessage());
            default -> {}
        }
    }

    @Override
    public void close() {
        try {
            notifications.close();
        } catch (IOException e) {
            LOG.debugf("closing a socket: %s", e.getMessage());
        }
    }
}
