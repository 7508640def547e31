package io.vpccni.client.grpc;

/**
 * How long to wait, in nanoseconds: first for the server's HTTP/2 settings, from then on for the whole answer.
 *
 * @param connectNanos from the start until the server has sent its settings
 * @param callNanos from then until the end of the answer; the server is told it, too
 */
public record Timeouts(long connectNanos, long callNanos) {}
