package io.vpccni.api;

import io.grpc.Server;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.vpccni.daemon.Node;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;

/**
 * The Unix socket that kubelet's side calls: both CNI contracts, health and reflection, in clear text.
 *
 * <p>A server of our own and not Quarkus' one, which refuses stock grpc-java clients over a Unix socket: they send the path as
 * the authority. It is bound under another name first, so that it is never visible with wider rights.
 */
public final class CniSocket implements AutoCloseable {

    /** Names under which health is asked for: the overall one is "", the reference serves this one too. */
    private static final String HEALTH_NAME = "grpc.health.v1.aws-node";

    /** A network configuration of 1 MiB and its envelope. */
    private static final int LARGEST_MESSAGE = (1 << 20) + (64 << 10);

    private final Path path;
    private final Server server;
    private final EventLoopGroup accepting;
    private final EventLoopGroup serving;

    /** Listens at the node's socket path. The folder is made; a socket that a dead daemon left is replaced. */
    public CniSocket(Node node) throws IOException {
        this(node, Traces.OFF);
    }

    /**
     * @param traces told of each call
     */
    CniSocket(Node node, Traces traces) throws IOException {
        this.path = node.settings().files().socket().toAbsolutePath();
        Files.createDirectories(path.getParent());
        Path draft = path.resolveSibling(path.getFileName() + ".new");
        Files.deleteIfExists(draft);
        this.accepting = new NioEventLoopGroup(1, new DefaultThreadFactory("cni-accept", true));
        this.serving = new NioEventLoopGroup(1, new DefaultThreadFactory("cni-socket", true));
        HealthStatusManager health = new HealthStatusManager();
        health.setStatus(HEALTH_NAME, ServingStatus.SERVING);
        PeerCheck peers = new PeerCheck(node.settings().calls().allowedUid());
        this.server = NettyServerBuilder.forAddress(UnixDomainSocketAddress.of(draft))
                .channelFactory(() -> peers.guard(new NioServerDomainSocketChannel()))
                .bossEventLoopGroup(accepting)
                .workerEventLoopGroup(serving)
                .directExecutor() // services only hand over to the node's loop
                .maxInboundMessageSize(LARGEST_MESSAGE)
                .addService(new CniProgram(node, traces))
                .addService(new ReferenceBackend(node))
                .addService(new PolicyConfigBackend(node))
                .addService(health.getHealthService())
                .addService(ProtoReflectionServiceV1.newInstance())
                .build()
                .start();
        Files.setPosixFilePermissions(draft, PosixFilePermissions.fromString("rw-rw----"));
        Files.move(draft, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Takes no new calls, and lets those under way end for a moment. Those that still wait then are left to the node's end. */
    public void drain() {
        server.shutdown();
        await();
    }

    private boolean await() {
        try {
            return server.awaitTermination(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Stops listening, lets answers under way go out for a moment, and removes the socket. */
    @Override
    public void close() {
        server.shutdown();
        if (!await()) {
            server.shutdownNow();
        }
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            accepting.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            serving.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        }
    }
}
