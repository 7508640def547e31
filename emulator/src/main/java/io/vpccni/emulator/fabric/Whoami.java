package io.vpccni.emulator.fabric;

import io.vpccni.netlink.ns.Netns;
import io.vpccni.netlink.ns.NetnsFd;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

/**
 * A service of the internet that tells callers their address, by which SNAT shows. Asked in HTTP it answers in HTTP/1.0;
 * who sends nothing for a second, or no HTTP, gets one plain line.
 */
final class Whoami implements AutoCloseable {
    static final int PORT = 80;

    private static final int PATIENCE_MILLIS = 1000;
    private static final int REQUEST_BYTES = 8192;

    private final ServerSocket server;

    private Whoami(ServerSocket server) {
        this.server = server;
    }

    static Whoami open(NetnsFd namespace) throws IOException {
        // Once outside first: the classes of sockets start threads of the JDK, which must not be born inside.
        new ServerSocket(0).close();
        var address = new InetSocketAddress(Router.OUTSIDE.address(), PORT);
        var server = Netns.call(namespace, () -> {
            var socket = new ServerSocket();
            socket.bind(address);
            return socket;
        });
        var whoami = new Whoami(server);
        Thread.ofVirtual().name("whoami").start(whoami::serve);
        return whoami;
    }

    private void serve() {
        while (!server.isClosed()) {
            try {
                var caller = server.accept();
                Thread.ofVirtual().name("whoami-answer").start(() -> answer(caller));
            } catch (IOException e) {
                // Closed, which ends the loop, or a caller that hung up in the queue.
            }
        }
    }

    private static void answer(Socket caller) {
        try (caller) {
            caller.setSoTimeout(PATIENCE_MILLIS);
            String address = caller.getInetAddress().getHostAddress() + "\n";
            String head = request(caller).matches("(?s)(GET|HEAD) .*")
                    ? "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " + address.length() + "\r\n\r\n"
                    : "";
            caller.getOutputStream().write((head + address).getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            // The caller is gone: nobody to tell.
        }
    }

    /** All of the request's head: closing a socket with unread bytes would throw the answer away. */
    private static String request(Socket caller) throws IOException {
        var text = new StringBuilder();
        var bytes = new byte[REQUEST_BYTES];
        try {
            while (text.length() < REQUEST_BYTES && text.indexOf("\r\n\r\n") < 0) {
                int count = caller.getInputStream().read(bytes);
                if (count < 0) {
                    break;
                }
                text.append(new String(bytes, 0, count, StandardCharsets.ISO_8859_1));
            }
        } catch (SocketTimeoutException e) {
            // A caller that only listens.
        }
        return text.toString();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
