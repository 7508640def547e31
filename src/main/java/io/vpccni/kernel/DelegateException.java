package io.vpccni.kernel;

import java.io.IOException;

/** A plugin that we called refused, or could not be called. */
public final class DelegateException extends IOException {

    private static final long serialVersionUID = 1L;

    /** The CNI specification leaves codes from 100 on to plugins; this is what its library uses for any failure. */
    static final int INTERNAL = 999;

    private final int code;
    private final String details;

    DelegateException(int code, String message, String details) {
        super(message);
        this.code = code;
        this.details = details;
    }

    /** As the CNI specification numbers errors. */
    public int code() {
        return code;
    }

    /** More about it; may be empty. */
    public String details() {
        return details;
    }
}
