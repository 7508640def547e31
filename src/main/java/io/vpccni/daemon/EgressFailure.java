package io.vpccni.daemon;

/** A step of egress failed. */
public final class EgressFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int code;
    private final String details;

    EgressFailure(int code, String message, String details, Throwable cause) {
        super(message, cause);
        this.code = code;
        this.details = details;
    }

    /** As the CNI specification numbers errors; that of the plugin for addresses when it was the one that refused. */
    public int code() {
        return code;
    }

    /** More about it; may be empty. */
    public String details() {
        return details;
    }
}
