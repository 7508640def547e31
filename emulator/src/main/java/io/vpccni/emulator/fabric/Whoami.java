package io.vpccni.emulator.fabric;

import io.vpccni.emulator.cloud.Ipv6;
import io.vpccni.netlink.ns.Netns;
import io.vpccni.netlink.ns.NetnsFd;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A service of the internet that tells callers their address, by which SNAT shows. Asked in HTTP it answers in HTTP/1.0;
 * who sends nothing for a second, or no HTTP, gets one plain line.
 */
final class Whoami implements AutoCloseable {
    static final int PORT = 80;

    private static final int PATIENCE_MILLIS = 1000;
    private static final int REQUEST_BYTES = 8192;

    private final List<ServerSocket> servers;

    private Whoami(List<ServerSocket> servers) {
        this.servers = servers;
    }

    static Whoami open(NetnsFd namespace, List<InetAddress> addresses) throws IOException {
        // Once outside first: the classes of sockets start threads of the JDK, which must not be born inside.
        new ServerSocket(0).close();
        var whoami = new Whoami(new ArrayList<>());
        try {
            for (var address : addresses) {
                var server = Netns.call(namespace, () -> {
                    var socket = new ServerSocket();
                    socket.bind(new InetSocketAddress(address, PORT));
                    return socket;
                });
                whoami.servers.add(server);
                Thread.ofVirtual().name("whoami").start(() -> serve(server));
            }
            return whoami;
        } catch (IOException | RuntimeException e) {
            whoami.close();
            throw e;
        }
    }

    private static void serve(ServerSocket server) {
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
            String address = text(caller.getInetAddress()) + "\n";
            String head = request(caller).matches("(?s)(GET|HEAD) .*")
                    ? "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " + address.length() + "\r\n\r\n"
                    : "";
            caller.getOutputStream().write((head + address).getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            // The caller is gone: nobody to tell.
        }
    }

    private static String text(InetAddress address) {
        String text = address.getHostAddress();
        return address instanceof Inet6Address ? Ipv6.parse(text).toString() : text;
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
        for (var server : servers) {
            server.close();
        }
    }
}
