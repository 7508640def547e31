package io.vpccni.emulator;

import io.vpccni.emulator.cloud.World;
import java.util.function.Consumer;

/** EC2 somewhere else, and the part of its world that an emulator mirrors. */
public interface WorldSource extends Endpoint {
    /** The world as it was found at the start. Its nodes stay. */
    World world();

    /** Tells the listener of the world after each change, from one thread, until the source is closed. Called once. */
    void follow(Consumer<World> listener);
}
