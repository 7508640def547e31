package io.vpccni.emulator;

import io.vpccni.emulator.cloud.FabricListener;
import io.vpccni.emulator.cloud.WireChange;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;

/** Tells listeners of changes, in order, on one thread of its own. */
final class WireFeed implements AutoCloseable {
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("emulator-wire").factory());
    private final List<FabricListener> listeners = new CopyOnWriteArrayList<>();

    /** Adds a listener that first hears {@code present}. Only called under the lock that orders the changes. */
    Future<?> add(FabricListener listener, List<WireChange> present) {
        return thread.submit(() -> {
            present.forEach(listener::changed);
            listeners.add(listener);
        });
    }

    /** Only called under the lock that orders the changes. */
    void publish(List<WireChange> changes) {
        if (!changes.isEmpty()) {
            thread.execute(() -> changes.forEach(this::tell));
        }
    }

    ScheduledExecutorService thread() {
        return thread;
    }

    private void tell(WireChange change) {
        for (FabricListener listener : listeners) {
            try {
                listener.changed(change);
            } catch (RuntimeException e) {
                System.getLogger(WireFeed.class.getName())
                        .log(System.Logger.Level.ERROR, "A listener failed on " + change, e);
            }
        }
    }

    @Override
    public void close() {
        thread.shutdown();
    }
}
