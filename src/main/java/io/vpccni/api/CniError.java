package io.vpccni.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** A CNI command failed. Codes are those of the CNI specification ("Error": well-known codes) and the reference's 999. */
final class CniError extends RuntimeException {

    private static final long serialVersionUID = 1L;

    static final int INCOMPATIBLE_VERSION = 1;
    static final int INVALID_ENVIRONMENT = 4;
    static final int DECODING_FAILURE = 6;
    static final int INVALID_CONFIG = 7;
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

    int code() {
        return code;
    }

    /** The error object that a plugin prints. */
    ObjectNode toJson(String cniVersion) {
        ObjectNode error = JsonNodeFactory.instance
                .objectNode()
                .put("cniVersion", cniVersion)
                .put("code", code)
                .put("msg", getMessage());
        return details.isEmpty() ? error : error.put("details", details);
    }
}
