package io.vpccni.client.grpc;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;

/** Where a server listens. */
public sealed interface Target {

    /** A new channel of the right kind, in blocking mode and not connected. */
    SocketChannel open() throws IOException;

    SocketAddress address() throws IOException;

    String text();

    /** A socket in the file system. */
    record UnixSocket(String path) implements Target {
        @Override
        public SocketChannel open() throws IOException {
            return SocketChannel.open(StandardProtocolFamily.UNIX);
        }

        @Override
        public SocketAddress address() {
            return UnixDomainSocketAddress.of(path);
        }

        @Override
        public String text() {
            return path;
        }
    }

    /** A TCP port. */
    record HostPort(String host, int port) implements Target {
        @Override
        public SocketChannel open() throws IOException {
            return SocketChannel.open();
        }

        @Override
        public SocketAddress address() throws IOException {
            InetSocketAddress address = new InetSocketAddress(host, port);
            if (address.isUnresolved()) {
                throw new UnknownHostException("no such host: " + host);
            }
            return address;
        }

        @Override
        public String text() {
            return host + ":" + port;
        }
    }
}
