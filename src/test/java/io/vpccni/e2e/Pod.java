package io.vpccni.e2e;

import io.vpccni.netlink.Link;
import io.vpccni.netlink.Netlink;
import io.vpccni.netlink.ns.Netns;
import io.vpccni.netlink.ns.NetnsFd;
import io.vpccni.vpc.IpAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A pod's network namespace, and what a program inside would do and see. Its world removes it. */
record Pod(Path namespace, String name) {

    private static final int PATIENCE_MILLIS = 10_000;

    static Pod create(Path namespace, String name) throws IOException {
        Netns.create(namespace).close();
        return new Pod(namespace, name);
    }

    /** {@code ip address show eth0}, without the link's own; empty without that link. */
    List<String> addresses() throws IOException {
        return addresses("eth0");
    }

    /** The same of another interface. */
    List<String> addresses(String ifName) throws IOException {
        try (NetnsFd inside = NetnsFd.open(namespace);
                Netlink netlink = Netlink.in(inside)) {
            Optional<Link> link = netlink.link(ifName);
            return link.isEmpty()
                    ? List.of()
                    : netlink.addrs(link.get().index()).stream()
                            .map(addr -> addr.prefix().address())
                            .filter(address -> !address.isLinkLocalAddress())
                            .map(Pod::text)
                            .toList();
        }
    }

    /** Whether it has an interface of this name. */
    boolean has(String ifName) throws IOException {
        try (NetnsFd inside = NetnsFd.open(namespace);
                Netlink netlink = Netlink.in(inside)) {
            return netlink.link(ifName).isPresent();
        }
    }

    /** Connects to a server that runs in the other pod; the caller's address as that one sees it. */
    String seenBy(Pod server, String address) throws IOException {
        return seenBy(server, address, new InetSocketAddress(0));
    }

    /** The same from one of the pod's own addresses. */
    String seenBy(Pod server, String address, String from) throws IOException {
        return seenBy(server, address, new InetSocketAddress(InetAddress.ofLiteral(from), 0));
    }

    private String seenBy(Pod server, String address, InetSocketAddress from) throws IOException {
        try (ServerSocketChannel listener = server.call(ServerSocketChannel::open);
                SocketChannel connection = call(SocketChannel::open)) {
            listener.bind(new InetSocketAddress(0));
            connection.bind(from);
            int port = ((InetSocketAddress) listener.getLocalAddress()).getPort();
            connection.socket().connect(new InetSocketAddress(InetAddress.ofLiteral(address), port), PATIENCE_MILLIS);
            try (SocketChannel accepted = listener.accept()) {
                return text(((InetSocketAddress) accepted.getRemoteAddress()).getAddress());
            }
        }
    }

    private static String text(InetAddress address) {
        return IpAddress.of(address.getAddress()).toString();
    }

    /** A connection that stays open. */
    record Conversation(SocketChannel caller, SocketChannel server) implements AutoCloseable {

        /** Whether a word arrives at the other end, and one at this. */
        boolean carries() throws IOException {
            return carries(caller, server) && carries(server, caller);
        }

        /** The caller's address as the server sees it. */
        String seen() throws IOException {
            return text(((InetSocketAddress) server.getRemoteAddress()).getAddress());
        }

        private static boolean carries(SocketChannel from, SocketChannel to) throws IOException {
            from.socket().getOutputStream().write('!');
            to.socket().setSoTimeout(PATIENCE_MILLIS);
            return to.socket().getInputStream().read() == '!';
        }

        @Override
        public void close() throws IOException {
            caller.close();
            server.close();
        }
    }

    /** Connects to a server that runs in the other pod. */
    Conversation talkTo(Pod server, String address) throws IOException {
        try (ServerSocketChannel listener = server.call(ServerSocketChannel::open)) {
            listener.bind(new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), 0));
            int port = ((InetSocketAddress) listener.getLocalAddress()).getPort();
            SocketChannel caller = call(SocketChannel::open);
            caller.socket().connect(new InetSocketAddress(InetAddress.ofLiteral(address), port), PATIENCE_MILLIS);
            return new Conversation(caller, listener.accept());
        }
    }

    /** {@code wget -qO- http://HOST/}: the host outside answers with the address that it sees. */
    String seenOutside(String host) throws IOException {
        try (Socket socket = call(SocketChannel::open).socket()) {
            socket.connect(new InetSocketAddress(InetAddress.ofLiteral(host), 80), PATIENCE_MILLIS);
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
        }
    }

    /** {@code wget -qO- http://HOST:PORT/PATH | wc -c}, headers included. */
    int fetched(String host, int port, String path) throws IOException {
        try (Socket socket = call(SocketChannel::open).socket()) {
            socket.connect(new InetSocketAddress(InetAddress.ofLiteral(host), port), PATIENCE_MILLIS);
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream().write(("GET /" + path + " HTTP/1.0\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            return socket.getInputStream().readAllBytes().length;
        }
    }

    /** A server on that port of all its addresses. */
    ServerSocketChannel listen(int port) throws IOException {
        ServerSocketChannel listener = call(ServerSocketChannel::open);
        listener.bind(new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), port));
        return listener;
    }

    /** Connects to a port that leads to {@code listener}. */
    Conversation talkTo(String address, int port, ServerSocketChannel listener) throws IOException {
        SocketChannel caller = call(SocketChannel::open);
        try {
            caller.socket().connect(new InetSocketAddress(InetAddress.ofLiteral(address), port), PATIENCE_MILLIS);
            return new Conversation(caller, listener.accept());
        } catch (IOException e) {
            caller.close();
            throw e;
        }
    }

    private <T> T call(io.vpccni.netlink.ns.IoCallable<T> open) throws IOException {
        try (NetnsFd inside = NetnsFd.open(namespace)) {
            return Netns.call(inside, open);
        }
    }
}
