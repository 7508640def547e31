package io.vpccni.emulator;

import java.net.URI;

/** Something that answers at a URL until it is closed. */
public interface Endpoint extends AutoCloseable {
    URI endpoint();

    @Override
    void close();
}
