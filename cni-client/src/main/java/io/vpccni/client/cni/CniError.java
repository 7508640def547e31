package io.vpccni.client.cni;

import io.vpccni.client.json.JsonString;

/** A command that failed before the daemon could answer it. Codes are those of the CNI specification and the reference's 999. */
final class CniError extends Exception {

    private static final long serialVersionUID = 1L;

    static final int INVALID_ENVIRONMENT = 4;
    static final int IO_FAILURE = 5;
    static final int DECODING_FAILURE = 6;
    static final int TRY_AGAIN_LATER = 11;
    static final int NOT_AVAILABLE = 50;
    static final int INTERNAL = 999;

    private final int code;
    private final String details;

    CniError(int code, String message, String details) {
        super(message);
        this.code = code;
        this.details = details;
    }

    /** The error object that a plugin prints. */
    String toJson() {
        StringBuilder json = new StringBuilder("{\"cniVersion\":\"1.1.0\",\"code\":").append(code);
        JsonString.append(json.append(",\"msg\":"), String.valueOf(getMessage()));
        JsonString.append(json.append(",\"details\":"), details);
        return json.append('}').toString();
    }
}
