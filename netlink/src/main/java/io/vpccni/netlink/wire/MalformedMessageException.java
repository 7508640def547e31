package io.vpccni.netlink.wire;

import java.io.IOException;

/** Bytes that are not a netlink message: cut off, or with lengths that do not fit. */
public final class MalformedMessageException extends IOException {
    private static final long serialVersionUID = 1;

    public MalformedMessageException(String message) {
        super("malformed netlink message: " + message);
    }
}
