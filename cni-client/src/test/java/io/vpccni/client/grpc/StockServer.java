package io.vpccni.client.grpc;

import io.grpc.BindableService;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;

/** An unchanged grpc-java server, on a Unix socket or on TCP. */
public final class StockServer implements AutoCloseable {

    /** A unary method over encoded messages. */
    @FunctionalInterface
    public interface Method {
        byte[] answer(byte[] request) throws Exception;
    }

    private final NioEventLoopGroup loop = new NioEventLoopGroup(1);
    private final Server server;

    private StockServer(SocketAddress address, boolean unix, ServerServiceDefinition service) throws IOException {
        this.server = NettyServerBuilder.forAddress(address)
                .channelFactory(() -> unix ? new NioServerDomainSocketChannel() : new NioServerSocketChannel())
                .bossEventLoopGroup(loop)
                .workerEventLoopGroup(loop)
                .maxInboundMessageSize(2 << 20)
                .addService(service)
                .build()
                .start();
    }

    public static StockServer onSocket(Path path, ServerServiceDefinition service) throws IOException {
        return new StockServer(UnixDomainSocketAddress.of(path), true, service);
    }

    public static StockServer onTcp(BindableService service) throws IOException {
        InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        return new StockServer(anyPort, false, service.bindService());
    }

    /** A service whose methods all do the same. */
    public static ServerServiceDefinition service(String name, Method method, String... methodNames) {
        ServerServiceDefinition.Builder service = ServerServiceDefinition.builder(name);
        for (String methodName : methodNames) {
            MethodDescriptor<byte[], byte[]> descriptor = MethodDescriptor.newBuilder(
                            RawMarshaller.RAW, RawMarshaller.RAW)
                    .setType(MethodDescriptor.MethodType.UNARY)
                    .setFullMethodName(name + "/" + methodName)
                    .build();
            service.addMethod(descriptor, ServerCalls.asyncUnaryCall((request, observer) -> {
                try {
                    observer.onNext(method.answer(request));
                    observer.onCompleted();
                } catch (Exception e) {
                    observer.onError(e);
                }
            }));
        }
        return service.build();
    }

    public int port() {
        return server.getPort();
    }

    @Override
    public void close() {
        server.shutdownNow();
        loop.shutdownGracefully();
    }
}
