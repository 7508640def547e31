package io.vpccni.e2e;

import io.vpccni.netlink.ns.Netns;
import io.vpccni.netlink.ns.NetnsFd;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;

/** A port of this machine's loopback, under the same number on the loopback of a node. */
final class Passage implements AutoCloseable {

    private final int port;
    private final ServerSocket server;

    private Passage(int port, ServerSocket server) {
        this.port = port;
        this.server = server;
    }

    /** Opens one to where {@code endpoint} is. */
    static Passage open(Path namespace, URI endpoint) throws IOException {
        // Once outside first: the classes of sockets start threads of the JDK, which must not be born inside.
        new ServerSocket(0).close();
        int port = endpoint.getPort();
        try (NetnsFd node = NetnsFd.open(namespace)) {
            ServerSocket server = Netns.call(node, () -> new ServerSocket(port, 0, InetAddress.getByName("127.0.0.1")));
            Passage passage = new Passage(port, server);
            Thread.ofVirtual().start(passage::accept);
            return passage;
        }
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket caller = server.accept();
                Socket callee = new Socket(InetAddress.getByName("127.0.0.1"), port);
                Thread.ofVirtual().start(() -> copy(caller, callee));
                Thread.ofVirtual().start(() -> copy(callee, caller));
            } catch (IOException e) {
                // Closed, which ends the loop, or nobody listens there any more, which the caller sees.
            }
        }
    }

    private static void copy(Socket from, Socket to) {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException e) {
            // One of both hung up: so does the other.
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
