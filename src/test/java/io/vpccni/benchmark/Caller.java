package io.vpccni.benchmark;

import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.ManagedChannel;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.vpccni.api.proto.rpc.AddNetworkRequest;
import io.vpccni.api.proto.rpc.CNIBackendGrpc;
import io.vpccni.api.proto.v1.CniGrpc;
import io.vpccni.api.proto.v1.CniReply;
import io.vpccni.api.proto.v1.CniRequest;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.function.Function;

/** The container runtime's side: calls over the daemon's socket, timed from sending to the answer, in milliseconds. */
final class Caller implements AutoCloseable {

    private final EventLoopGroup loop = new NioEventLoopGroup(1);
    private final ManagedChannel channel;
    private final CniGrpc.CniBlockingStub cni;
    private final CniGrpc.CniFutureStub cniLater;

    Caller(Path socket) {
        this.channel = NettyChannelBuilder.forAddress(UnixDomainSocketAddress.of(socket))
                .channelType(NioDomainSocketChannel.class)
                .eventLoopGroup(loop)
                .directExecutor()
                .usePlaintext()
                .build();
        this.cni = CniGrpc.newBlockingStub(channel);
        this.cniLater = CniGrpc.newFutureStub(channel);
    }

    /** One after the other. */
    Samples add(List<Pod> pods) {
        return oneByOne(pods, cni::add);
    }

    /** One after the other. */
    Samples del(List<Pod> pods) {
        return oneByOne(pods, cni::del);
    }

    private static Samples oneByOne(List<Pod> pods, Function<CniRequest, CniReply> call) {
        double[] millis = new double[pods.size()];
        for (int i = 0; i < millis.length; i++) {
            CniRequest request = pods.get(i).request();
            long start = System.nanoTime();
            CniReply reply = call.apply(request);
            millis[i] = (System.nanoTime() - start) / 1e6;
            requireSuccess(reply);
        }
        return new Samples(millis);
    }

    /** Calls that do nothing in the daemon: what gRPC and the socket take of all the others. */
    Samples nothing(int count) {
        HealthGrpc.HealthBlockingStub health = HealthGrpc.newBlockingStub(channel);
        double[] millis = new double[count];
        for (int i = 0; i < count; i++) {
            long start = System.nanoTime();
            health.check(HealthCheckRequest.getDefaultInstance());
            millis[i] = (System.nanoTime() - start) / 1e6;
        }
        return new Samples(millis);
    }

    /** How an ADD that was sent together with others ended. */
    record Ended(double millis, boolean failed) {}

    /** ADDs with at most {@code inFlight} unanswered. Each is timed from the start of the first. */
    List<Ended> addTogether(List<Pod> pods, int inFlight) throws InterruptedException {
        return together(pods, inFlight, cniLater::add);
    }

    List<Ended> delTogether(List<Pod> pods, int inFlight) throws InterruptedException {
        return together(pods, inFlight, cniLater::del);
    }

    private static List<Ended> together(
            List<Pod> pods, int inFlight, Function<CniRequest, ListenableFuture<CniReply>> call)
            throws InterruptedException {
        List<CniRequest> requests = pods.stream().map(Pod::request).toList();
        Semaphore slots = new Semaphore(inFlight);
        List<Ended> ended = new ArrayList<>();
        long start = System.nanoTime();
        for (CniRequest request : requests) {
            slots.acquire();
            ListenableFuture<CniReply> reply = call.apply(request);
            reply.addListener(
                    () -> {
                        Ended end = new Ended((System.nanoTime() - start) / 1e6, !succeeded(reply));
                        synchronized (ended) {
                            ended.add(end);
                        }
                        slots.release();
                    },
                    Runnable::run);
        }
        slots.acquire(inFlight);
        return ended;
    }

    /** When the last one ended. */
    static double last(List<Ended> ended) {
        return ended.stream().mapToDouble(Ended::millis).max().orElseThrow();
    }

    private static boolean succeeded(ListenableFuture<CniReply> reply) {
        try {
            return reply.get().getExitCode() == 0;
        } catch (InterruptedException | ExecutionException e) {
            return false;
        }
    }

    /** Whether the daemon says that it can serve pods. */
    boolean isReady() {
        CniRequest question =
                CniRequest.newBuilder().setConfig(Pod.config("1.1.0")).build();
        return cni.status(question).getExitCode() == 0;
    }

    /** What the reference's plugin calls: an address and no network, so no namespace is needed. */
    void addAddress(String container) {
        boolean success = CNIBackendGrpc.newBlockingStub(channel)
                .addNetwork(AddNetworkRequest.newBuilder()
                        .setNetworkName("aws-cni")
                        .setContainerID(container)
                        .setIfName("eth0")
                        .setK8SPODNAMESPACE("bench")
                        .setK8SPODNAME(container)
                        .setClientVersion("v1.23.1")
                        .build())
                .getSuccess();
        if (!success) {
            throw new IllegalStateException("no address for " + container);
        }
    }

    private static void requireSuccess(CniReply reply) {
        if (reply.getExitCode() != 0) {
            throw new IllegalStateException(reply.getStdout().toStringUtf8());
        }
    }

    @Override
    public void close() {
        channel.shutdownNow();
        loop.shutdownGracefully();
    }
}
