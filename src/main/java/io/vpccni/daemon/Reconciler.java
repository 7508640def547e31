package io.vpccni.daemon;

import io.smallrye.mutiny.Uni;
import io.vpccni.ec2.NodeInterfaces;
import io.vpccni.kernel.NodeNetwork;
import io.vpccni.loop.Chores;
import io.vpccni.pool.PoolEvent;
import java.time.Duration;

/**
 * Has the loop compare the pool with what else is known, again and again: the kernel's links, which say what lives, and IMDS,
 * which costs nothing to ask and whose hints decide when EC2 is asked.
 */
final class Reconciler implements AutoCloseable {

    /** While addresses are held: they can serve as soon as their link is gone. */
    private static final Duration HELD_PERIOD = Duration.ofSeconds(5);

    private final NodeLoop loop;
    private final Chores chores = new Chores();

    Reconciler(NodeLoop loop) {
        this.loop = loop;
    }

    void compareWithKernel(NodeNetwork network, Duration period) {
        chores.every(period, "comparing with the kernel", () -> look(network));
        chores.every(
                HELD_PERIOD,
                "looking after held addresses",
                () -> loop.view().heldLinks().isEmpty() ? Uni.createFrom().voidItem() : look(network));
    }

    private Uni<Void> look(NodeNetwork network) {
        return network.podLinks().invoke(loop::linksSeen).replaceWithVoid();
    }

    void compareWithMetadata(NodeInterfaces imds, Duration period) {
        chores.every(
                period,
                "comparing with IMDS",
                () -> imds.attached()
                        .invoke(shown -> loop.learned(new PoolEvent.Hinted(shown)))
                        .replaceWithVoid());
    }

    @Override
    public void close() {
        chores.close();
    }
}
