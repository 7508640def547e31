package io.vpccni.client.grpc;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** The status that ends a call, read from its trailers. Loaded only when a call failed. */
final class GrpcStatus {

    private static final String[] NAMES = {
        "OK",
        "CANCELLED",
        "UNKNOWN",
        "INVALID_ARGUMENT",
        "DEADLINE_EXCEEDED",
        "NOT_FOUND",
        "ALREADY_EXISTS",
        "PERMISSION_DENIED",
        "RESOURCE_EXHAUSTED",
        "FAILED_PRECONDITION",
        "ABORTED",
        "OUT_OF_RANGE",
        "UNIMPLEMENTED",
        "INTERNAL",
        "UNAVAILABLE",
        "DATA_LOSS",
        "UNAUTHENTICATED"
    };

    private GrpcStatus() {}

    /** What headers without a message say. */
    static CallFailure in(Map<String, String> headers) {
        String status = headers.get("grpc-status");
        if (status == null) {
            String http = headers.getOrDefault(":status", "none");
            return CallFailure.protocol(
                    "the call ended without a message and without a gRPC status, HTTP status " + http);
        }
        if (status.equals("0")) {
            return CallFailure.protocol("the call succeeded without a message");
        }
        String message = percentDecode(headers.getOrDefault("grpc-message", ""));
        return new CallFailure(kind(status), message.isEmpty() ? name(status) : name(status) + ": " + message);
    }

    private static CallFailure.Kind kind(String status) {
        return status.equals("4") ? CallFailure.Kind.DEADLINE : CallFailure.Kind.STATUS;
    }

    private static String name(String status) {
        try {
            return NAMES[Integer.parseInt(status)];
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            return "gRPC status " + status;
        }
    }

    /** {@code grpc-message} is UTF-8, percent-encoded; what is no valid escape stays as it is. */
    static String percentDecode(String text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < text.length(); i++) {
            int value = text.charAt(i) == '%' && i + 2 < text.length() ? hex(text, i + 1) : -1;
            out.write(value < 0 ? text.charAt(i) : value);
            i += value < 0 ? 0 : 2;
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private static int hex(String text, int start) {
        int high = Character.digit(text.charAt(start), 16);
        int low = Character.digit(text.charAt(start + 1), 16);
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }
}
