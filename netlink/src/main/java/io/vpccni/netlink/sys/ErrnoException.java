package io.vpccni.netlink.sys;

import io.vpccni.netlink.Errno;
import java.io.IOException;

/** A libc function that failed, with its errno. */
public final class ErrnoException extends IOException {
    private static final long serialVersionUID = 1;

    private final Errno errno;

    public ErrnoException(String function, Errno errno) {
        super(function + ": " + errno);
        this.errno = errno;
    }

    public Errno errno() {
        return errno;
    }

    public boolean is(Errno other) {
        return errno.equals(other);
    }
}
