package io.vpccni.emulator.kubernetes;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** An answer that is an error, in the API's words. */
final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int code;
    private final String reason;

    private Failure(int code, String reason, String message) {
        super(message, null, false, false);
        this.code = code;
        this.reason = reason;
    }

    static Failure badRequest(String message) {
        return new Failure(400, "BadRequest", message);
    }

    static Failure forbidden(int code, String message) {
        return new Failure(code, "Forbidden", message);
    }

    static Failure noRoute() {
        return new Failure(404, "NotFound", "the server could not find the requested resource");
    }

    static Failure notFound(Kind kind, String name) {
        return new Failure(404, "NotFound", kind.qualified() + " \"" + name + "\" not found");
    }

    static Failure methodNotAllowed() {
        return new Failure(405, "MethodNotAllowed", "the server does not allow this method on the requested resource");
    }

    static Failure exists(Kind kind, String name) {
        return new Failure(409, "AlreadyExists", kind.qualified() + " \"" + name + "\" already exists");
    }

    static Failure conflict(Kind kind, String name, String why) {
        return new Failure(
                409, "Conflict", "Operation cannot be fulfilled on " + kind.qualified() + " \"" + name + "\": " + why);
    }

    static Failure expired() {
        return new Failure(410, "Expired", "too old resource version");
    }

    static Failure mediaType(String type) {
        return new Failure(415, "UnsupportedMediaType", "the body of the request was in an unknown format: " + type);
    }

    static Failure invalid(String message) {
        return new Failure(422, "Invalid", message);
    }

    static Failure internal(String message) {
        return new Failure(500, "InternalError", "Internal error occurred: " + message);
    }

    static Failure unavailable(String message) {
        return new Failure(503, "ServiceUnavailable", message);
    }

    int code() {
        return code;
    }

    ObjectNode status() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("kind", "Status")
                .put("apiVersion", "v1")
                .put("status", "Failure")
                .put("message", getMessage())
                .put("reason", reason)
                .put("code", code);
    }
}
