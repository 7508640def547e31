package io.vpccni.netlink;

import io.vpccni.netlink.ns.NetnsFd;
import io.vpccni.netlink.rt.AddrMessages;
import io.vpccni.netlink.rt.LinkMessages;
import io.vpccni.netlink.rt.RouteMessages;
import io.vpccni.netlink.rt.RuleMessages;
import io.vpccni.netlink.sys.ErrnoException;
import io.vpccni.netlink.sys.Libc;
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

    private final NetlinkSocket socket;
    private final int stop;
    private final Predicate<Message> isTold;
    private final Consumer<Notification> listener;
    private final Thread thread;
    private boolean closed;

    // Written and read by the listener's thread only.
    private boolean closedByListener;

    private Notifications(NetlinkSocket socket, int stop, Predicate<Message> isTold, Consumer<Notification> listener) {
        this.socket = socket;
        this.stop = stop;
        this.isTold = isTold;
        this.listener = listener;
        this.thread = Thread.ofPlatform().name("netlink-notifications").daemon().unstarted(this::listen);
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
        var socket = NetlinkSocket.open(namespace, groups, bufferBytes);
        try {
            var notifications = new Notifications(socket, Libc.eventDescriptor(), isTold, listener);
            notifications.thread.start();
            return notifications;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** No listener is running or called any more when this returns, unless it is the listener that calls. */
    @Override
    public synchronized void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        Libc.signal(stop);
        if (Thread.currentThread() == thread) {
            closedByListener = true;
            return;
        }
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        release();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void listen() {
        try {
            while (!Libc.waitForEither(socket.fd(), stop)) {
                take();
            }
        } catch (IOException e) {
            tell(new Notification.Ended(e));
        }
        // Otherwise close does it: it must not signal a descriptor that is already somebody else's.
        if (closedByListener) {
            release();
        }
    }

    private void take() throws IOException {
        try {
            var datagram = socket.receive();
            if (datagram == null) {
                return;
            }
            for (var message : Message.readAll(datagram)) {
                if (isTold.test(message)) {
                    read(message).ifPresent(this::tell);
                }
            }
        } catch (MalformedMessageException e) {
            tell(new Notification.Lost());
        } catch (ErrnoException e) {
            if (!e.is(Errno.ENOBUFS)) {
                throw e;
            }
            discardTheRest();
            tell(new Notification.Lost());
        }
    }

    /** Once its buffer was full, the kernel drops without saying so again until the buffer is empty. */
    private void discardTheRest() throws IOException {
        boolean empty = false;
        while (!empty) {
            try {
                empty = socket.receive() == null;
            } catch (ErrnoException e) {
                if (!e.is(Errno.ENOBUFS)) {
                    throw e;
                }
            }
        }
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

    private void tell(Notification notification) {
        try {
            listener.accept(notification);
        } catch (RuntimeException e) {
            thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
        }
    }

    private void release() {
        try {
            socket.close();
            Libc.close(stop);
        } catch (IOException e) {
            // Both are free all the same.
        }
    }
}
