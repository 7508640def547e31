package io.vpccni.netlink;

import io.vpccni.netlink.ns.NetnsFd;
import io.vpccni.netlink.rt.AddrMessages;
import io.vpccni.netlink.rt.LinkMessages;
import io.vpccni.netlink.rt.RouteMessages;
import io.vpccni.netlink.rt.RuleMessages;
import io.vpccni.netlink.wire.MalformedMessageException;
import io.vpccni.netlink.wire.Message;
import java.io.IOException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Tells a listener what changes in a namespace ({@code ip monitor}), on a platform thread of its own. Open it first and
 * dump then, so that nothing falls in between.
 */
public final class Notifications implements AutoCloseable {
    /** The port of a change that no socket asked for. */
    private static final int KERNEL = 0;

    private final Listening listening;

    private Notifications(Listening listening) {
        this.listening = listening;
    }

    /** See {@link #open(NetnsFd, Set, int, Consumer)}; the buffer holds some thousands. */
    public static Notifications open(@Nullable NetnsFd namespace, Set<Topic> topics, Consumer<Notification> listener)
            throws IOException {
        return open(namespace, topics, NetlinkSocket.RECEIVE_BYTES, listener);
    }

    /**
     * What other programs change in addresses, routes and rules: not what {@code own} conversations in that namespace do,
     * nor the kernel by itself. Of links everything is told, since kernels do not always say who changes them.
     */
    public static Notifications openForeign(
            Set<Netlink> own, @Nullable NetnsFd namespace, Set<Topic> topics, Consumer<Notification> listener)
            throws IOException {
        var silent = new HashSet<>(Set.of(KERNEL));
        for (var netlink : own) {
            silent.add(netlink.port());
        }
        return open(
                namespace,
                topics,
                NetlinkSocket.RECEIVE_BYTES,
                message -> isAboutLink(message) || !silent.contains(message.port()),
                listener);
    }

    private static boolean isAboutLink(Message message) {
        return message.type() == LinkMessages.NEW || message.type() == LinkMessages.DELETE;
    }

    /**
     * Everything that changes after this returned is told.
     *
     * @param namespace null is the one of this process; may be closed at once
     * @param bufferBytes what may wait in the kernel for the listener; a link takes about 2 KiB
     * @param listener not called concurrently; what it throws goes to its thread's uncaught exception handler, and
     *     the next notification comes all the same
     */
    public static Notifications open(
            @Nullable NetnsFd namespace, Set<Topic> topics, int bufferBytes, Consumer<Notification> listener)
            throws IOException {
        return open(namespace, topics, bufferBytes, _ -> true, listener);
    }

    private static Notifications open(
            @Nullable NetnsFd namespace,
            Set<Topic> topics,
            int bufferBytes,
            Predicate<Message> isTold,
            Consumer<Notification> listener)
            throws IOException {
        int groups = topics.stream().mapToInt(Topic::groups).reduce(0, (a, b) -> a | b);
        var socket = NetlinkSocket.open(NetlinkSocket.ROUTE, namespace, groups, bufferBytes);
        return new Notifications(Listening.start(socket, new Listening.Ear() {
            @Override
            public void hear(Message message) throws MalformedMessageException {
                if (isTold.test(message)) {
                    read(message).ifPresent(listener);
                }
            }

            @Override
            public void lost() {
                listener.accept(new Notification.Lost());
            }

            @Override
            public void ended(IOException cause) {
                listener.accept(new Notification.Ended(cause));
            }
        }));
    }

    /** No listener is running or called any more when this returns, unless it is the listener that calls. */
    @Override
    public void close() throws IOException {
        listening.close();
    }

    private static Optional<? extends Notification> read(Message message) throws MalformedMessageException {
        return switch (message.type()) {
            case LinkMessages.NEW -> LinkMessages.read(message).map(Notification.LinkSet::new);
            case LinkMessages.DELETE -> LinkMessages.read(message).map(Notification.LinkRemoved::new);
            case AddrMessages.NEW -> AddrMessages.read(message).map(Notification.AddrSet::new);
            case AddrMessages.DELETE -> AddrMessages.read(message).map(Notification.AddrRemoved::new);
            case RouteMessages.NEW -> RouteMessages.read(message).map(Notification.RouteSet::new);
            case RouteMessages.DELETE -> RouteMessages.read(message).map(Notification.RouteRemoved::new);
            case RuleMessages.NEW -> RuleMessages.read(message).map(Notification.RuleSet::new);
            case RuleMessages.DELETE -> RuleMessages.read(message).map(Notification.RuleRemoved::new);
            default -> Optional.empty();
        };
    }
}
