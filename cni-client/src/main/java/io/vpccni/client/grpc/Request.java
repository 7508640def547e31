package io.vpccni.client.grpc;

/**
 * What to ask for.
 *
 * @param path service and method, as in {@code /vpccni.v1.Cni/Add}
 * @param userAgent the {@code user-agent} header; ASCII, at most 126 characters
 * @param message the encoded protobuf message
 */
public record Request(String path, String userAgent, byte[] message) {}
