package io.vpccni.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.vpccni.api.proto.rpc.AddNetworkReply;
import io.vpccni.api.proto.rpc.AddNetworkRequest;
import io.vpccni.api.proto.rpc.CNIBackendGrpc;
import io.vpccni.api.proto.v1.CniGrpc;
import io.vpccni.api.proto.v1.CniReply;
import io.vpccni.api.proto.v1.CniRequest;
import io.vpccni.testing.Eventually;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Calls of our plugin without its process, for when many are needed at a time. */
final class CniChannel implements AutoCloseable {

    static final String CONFIG = "{\"cniVersion\":\"1.0.0\",\"name\":\"aws-cni\",\"type\":\"aws-cni\"}";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final NioEventLoopGroup loop = new NioEventLoopGroup(1);
    private final ManagedChannel channel;

    CniChannel(Path socket) {
        this.channel = NettyChannelBuilder.forAddress(UnixDomainSocketAddress.of(socket))
                .channelType(NioDomainSocketChannel.class)
                .eventLoopGroup(loop)
                .usePlaintext()
                .build();
    }

    /** As containerd calls for Kubernetes; the pod's name stands for its container too. */
    static CniRequest request(Pod pod) {
        return request(pod, CONFIG);
    }

    static CniRequest request(Pod pod, String config) {
        return CniRequest.newBuilder()
                .setContainerId("container-" + pod.name())
                .setNetns(pod.namespace().toString())
                .setIfName("eth0")
                .setArgs("IgnoreUnknown=1;K8S_POD_NAMESPACE=test;K8S_POD_NAME=" + pod.name())
                .setConfig(ByteString.copyFromUtf8(config))
                .setPlugin("aws-cni")
                .build();
    }

    ListenableFuture<CniReply> add(CniRequest request) {
        return CniGrpc.newFutureStub(channel).add(request);
    }

    CniReply del(CniRequest request) {
        return CniGrpc.newBlockingStub(channel)
                .withDeadlineAfter(Eventually.LONG.toSeconds(), TimeUnit.SECONDS)
                .del(request);
    }

    CniReply check(CniRequest request) {
        return CniGrpc.newBlockingStub(channel)
                .withDeadlineAfter(Eventually.LONG.toSeconds(), TimeUnit.SECONDS)
                .check(request);
    }

    CniReply gc(CniRequest request) {
        return CniGrpc.newBlockingStub(channel)
                .withDeadlineAfter(Eventually.LONG.toSeconds(), TimeUnit.SECONDS)
                .gc(request);
    }

    CniReply status(CniRequest request) {
        return CniGrpc.newBlockingStub(channel)
                .withDeadlineAfter(Eventually.LONG.toSeconds(), TimeUnit.SECONDS)
                .status(request);
    }

    /** A call of the reference's plugin. */
    AddNetworkReply addNetwork(AddNetworkRequest request) {
        return CNIBackendGrpc.newBlockingStub(channel)
                .withDeadlineAfter(Eventually.LONG.toSeconds(), TimeUnit.SECONDS)
                .addNetwork(request);
    }

    static CniReply await(ListenableFuture<CniReply> reply) throws Exception {
        return reply.get(Eventually.LONG.toSeconds(), TimeUnit.SECONDS);
    }

    static JsonNode json(CniReply reply) {
        try {
            return JSON.readTree(reply.getStdout().toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The address in the result of an ADD; empty for an error. */
    static String address(CniReply reply) {
        return json(reply).at("/ips/0/address").asText().replaceFirst("/.*", "");
    }

    @Override
    public void close() {
        channel.shutdownNow();
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
