package io.vpccni.netlink.ns;

import java.io.IOException;

/** A short action that may fail with an I/O error. */
@FunctionalInterface
public interface IoCallable<T> {
    T call() throws IOException;
}
