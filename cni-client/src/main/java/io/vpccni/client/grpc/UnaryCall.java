package io.vpccni.client.grpc;

import java.io.IOException;
import java.nio.channels.SocketChannel;

/** One unary gRPC call on a connection of its own. */
public final class UnaryCall {

    private UnaryCall() {}

    /**
     * Sends a message and returns the one that comes back. A status other than OK that follows a message is not looked at:
     * it would take a header decoder in every call, and a unary server sends one or the other.
     */
    public static byte[] call(Target target, Request request, Timeouts timeouts) throws CallFailure {
        try (SocketChannel channel = target.open()) {
            Deadline deadline = Deadline.start(channel, timeouts.connectNanos());
            try {
                return call(channel, deadline, target, request, timeouts.callNanos());
            } finally {
                deadline.cancel();
            }
        } catch (IOException e) {
            throw new CallFailure(CallFailure.Kind.UNREACHABLE, "cannot open a socket: " + e.getMessage());
        }
    }

    private static byte[] call(SocketChannel channel, Deadline deadline, Target target, Request request, long callNanos)
            throws CallFailure {
        Exchange exchange = new Exchange(channel, request.message());
        CallFailure.Kind stage = CallFailure.Kind.UNREACHABLE;
        try {
            channel.connect(target.address());
            exchange.begin(request, callNanos);
            deadline.restart(callNanos);
            stage = CallFailure.Kind.CLOSED;
            return exchange.finish();
        } catch (IOException e) {
            if (!deadline.passed()) {
                throw new CallFailure(stage, reason(e));
            }
            throw stage == CallFailure.Kind.UNREACHABLE
                    ? new CallFailure(stage, "no connection in time")
                    : new CallFailure(CallFailure.Kind.DEADLINE, "no answer in time");
        }
    }

    private static String reason(IOException failure) {
        String message = failure.getMessage();
        return message == null ? failure.getClass().getSimpleName() : message;
    }
}
