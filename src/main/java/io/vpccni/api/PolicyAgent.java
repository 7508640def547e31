package io.vpccni.api;

import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vpccni.api.proto.rpc.DeleteNpReply;
import io.vpccni.api.proto.rpc.DeleteNpRequest;
import io.vpccni.api.proto.rpc.EnforceNpReply;
import io.vpccni.api.proto.rpc.EnforceNpRequest;
import io.vpccni.api.proto.rpc.MutinyNPBackendGrpc;
import io.vpccni.api.proto.rpc.MutinyNPBackendGrpc.MutinyNPBackendStub;
import io.vpccni.config.NodeSettings.PolicySettings;
import io.vpccni.daemon.PodPolicy;
import io.vpccni.pool.PodName;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;
import org.jspecify.annotations.Nullable;

/**
 * The network policy agent, {@code rpc.NPBackend} on its own Unix socket. Our plugin's pods are announced to it as the
 * reference's plugin announces its own. A pod without a name has no policies, and the agent is not asked.
 */
final class PolicyAgent implements PodPolicy, AutoCloseable {

    private static final Logger LOG = Logger.getLogger(PolicyAgent.class);
    private static final String REQUEST_ID = "requestId";

    /** How long an agent may be away, as the reference has it. Long enough for one that restarts quickly. */
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(2);

    /** The reference sets no limit for a call; its runtime does, much later. */
    private static final Duration CALL_LIMIT = Duration.ofSeconds(30);

    /** A DEL succeeds in any case, so it waits less. */
    private static final Duration FORGET_LIMIT = Duration.ofSeconds(5);

    /** Between two tries to connect while a pod waits. gRPC's own pauses grow to two minutes. */
    private static final long RETRY_MILLIS = 50;

    private final String mode;
    private final Path socket;
    private final Duration connectLimit;
    private final Duration callLimit;
    private final EventLoopGroup loop = new NioEventLoopGroup(1, new DefaultThreadFactory("policy-agent", true));
    private final ManagedChannel channel;
    private final MutinyNPBackendStub agent;

    PolicyAgent(String mode, Path socket, Duration connectLimit, Duration callLimit) {
        this.mode = mode;
        this.socket = socket;
        this.connectLimit = connectLimit;
        this.callLimit = callLimit;
        this.channel = NettyChannelBuilder.forAddress(UnixDomainSocketAddress.of(socket))
                .channelType(NioDomainSocketChannel.class)
                .eventLoopGroup(loop)
                .overrideAuthority("localhost")
                .usePlaintext()
                .build();
        this.agent = MutinyNPBackendGrpc.newMutinyStub(channel);
    }

    /** The agent of a node that has one; nothing is connected before the first pod. */
    static Optional<PolicyAgent> of(PolicySettings settings) {
        return settings.mode().map(mode -> new PolicyAgent(mode, settings.agentSocket(), CONNECT_LIMIT, CALL_LIMIT));
    }

    @Override
    public Uni<Void> enforce(PodName pod, int interfaces) {
        if (!pod.isKnown()) {
            return Uni.createFrom().voidItem();
        }
        EnforceNpRequest request = EnforceNpRequest.newBuilder()
                .setK8SPODNAME(pod.name())
                .setK8SPODNAMESPACE(pod.namespace())
                .setNETWORKPOLICYMODE(mode)
                .setInterfaceCount(interfaces)
                .build();
        return connected()
                .chain(() -> limited(callLimit)
                        .enforceNpToPod(request)
                        .map(EnforceNpReply::getSuccess)
                        .invoke(this::requireSuccess)
                        .replaceWithVoid()
                        .onFailure()
                        .transform(failure -> failed("EnforceNpToPod", pod, failure)));
    }

    @Override
    public Uni<Void> forget(PodName pod) {
        if (!pod.isKnown()) {
            return Uni.createFrom().voidItem();
        }
        Object asked = MDC.get(REQUEST_ID);
        DeleteNpRequest request = DeleteNpRequest.newBuilder()
                .setK8SPODNAME(pod.name())
                .setK8SPODNAMESPACE(pod.namespace())
                .build();
        return connected()
                .chain(() -> limited(FORGET_LIMIT).deletePodNp(request))
                .map(DeleteNpReply::getSuccess)
                .invoke(this::requireSuccess)
                .replaceWithVoid()
                .onFailure()
                .recoverWithItem(failure -> {
                    warn(asked, pod, failed("DeletePodNp", pod, failure));
                    return null;
                });
    }

    private static void warn(@Nullable Object asked, PodName pod, Exception failure) {
        if (asked != null) {
            MDC.put(REQUEST_ID, asked);
        }
        LOG.warnf("%s is gone, but not for the network policy agent: %s", pod, failure.getMessage());
        MDC.remove(REQUEST_ID);
    }

    private MutinyNPBackendStub limited(Duration limit) {
        return agent.withDeadlineAfter(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void requireSuccess(boolean success) {
        if (!success) {
            throw new IllegalStateException("it answers Success=false, its log says why");
        }
    }

    private IllegalStateException failed(String method, PodName pod, Throwable failure) {
        return new IllegalStateException(
                method + " of " + pod + " at the network policy agent on unix://" + socket + ": "
                        + failure.getMessage(),
                failure);
    }

    /** Ends when the agent has accepted a connection, which the channel then keeps. */
    private Uni<Void> connected() {
        return Uni.createFrom()
                .<Void>emitter(emitter -> {
                    AtomicBoolean over = new AtomicBoolean();
                    emitter.onTermination(() -> over.set(true));
                    awaitConnection(emitter, over);
                    retryUntil(over);
                })
                .ifNoItem()
                .after(connectLimit)
                .failWith(() -> new IllegalStateException("the network policy agent accepts no connection on unix://"
                        + socket + " within " + connectLimit.toMillis() + " ms"));
    }

    private void awaitConnection(UniEmitter<? super Void> emitter, AtomicBoolean over) {
        if (over.get()) {
            return;
        }
        ConnectivityState state = channel.getState(true);
        switch (state) {
            case READY -> {
                over.set(true);
                emitter.complete(null);
            }
            case SHUTDOWN -> {
                over.set(true);
                emitter.fail(new IllegalStateException("the daemon is shutting down"));
            }
            case IDLE, CONNECTING, TRANSIENT_FAILURE ->
                channel.notifyWhenStateChanged(state, () -> awaitConnection(emitter, over));
        }
    }

    private void retryUntil(AtomicBoolean over) {
        if (over.get() || loop.isShuttingDown()) {
            return;
        }
        if (channel.getState(true) == ConnectivityState.TRANSIENT_FAILURE) {
            channel.resetConnectBackoff();
        }
        loop.schedule(() -> retryUntil(over), RETRY_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        channel.shutdownNow();
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
