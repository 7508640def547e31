package io.vpccni.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

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

    /** How the texts of an ADD begin whose call cannot be read, and those of a DEL; people search for both. */
    private static final Map<String, String> ADD_AND_DEL = Map.of(
            "add cmd: error loading config from args: ", "del cmd: error loading config from args: ",
            "add cmd: failed to load k8s config from arg: ", "del cmd: failed to load k8s config from args: ");

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

    /** The same in the words of a DEL. */
    CniError ofDel() {
        String said = String.valueOf(getMessage());
        return ADD_AND_DEL.entrySet().stream()
                .filter(words -> said.startsWith(words.getKey()))
                .map(words -> new CniError(
                        code, words.getValue() + said.substring(words.getKey().length()), details))
                .findFirst()
                .orElse(this);
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
