package io.vpccni.emulator.cloud;

/** Told of each change in order, on one thread, outside of all locks of the emulator. It may block. */
@FunctionalInterface
public interface FabricListener {
    void changed(WireChange change);
}
