package io.vpccni.api;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.okhttp.OkHttpChannelBuilder;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import javax.net.SocketFactory;
import jnr.unixsocket.UnixSocketAddress;
import jnr.unixsocket.UnixSocketChannel;

/** The two ways in which grpc-java programs reach a Unix socket. */
enum StockClient {
    OKHTTP_OVER_JNR {
        @Override
        ManagedChannel connect(Path socket) {
            return OkHttpChannelBuilder.forAddress("localhost", 1)
                    .usePlaintext()
                    .socketFactory(new JnrSockets(socket))
                    .build();
        }
    },
    NETTY {
        @Override
        ManagedChannel connect(Path socket) {
            return NettyChannelBuilder.forAddress(UnixDomainSocketAddress.of(socket))
                    .channelType(NioDomainSocketChannel.class)
                    .eventLoopGroup(new NioEventLoopGroup(1))
                    .usePlaintext()
                    .build();
        }
    };

    abstract ManagedChannel connect(Path socket);

    private static final class JnrSockets extends SocketFactory {

        private final Path socket;

        JnrSockets(Path socket) {
            this.socket = socket;
        }

        @Override
        public Socket createSocket() throws IOException {
            return UnixSocketChannel.open(new UnixSocketAddress(socket.toFile()))
                    .socket();
        }

        @Override
        public Socket createSocket(String host, int port) throws IOException {
            return createSocket();
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress local, int localPort) throws IOException {
            return createSocket();
        }

        @Override
        public Socket createSocket(InetAddress host, int port) throws IOException {
            return createSocket();
        }

        @Override
        public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) throws IOException {
            return createSocket();
        }
    }
}
