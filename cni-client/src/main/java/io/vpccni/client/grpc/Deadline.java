package io.vpccni.client.grpc;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;

/**
 * Closes a channel when time is up, which ends whatever blocking call is under way on it.
 *
 * <p>A thread and not a selector: it costs less to start and leaves the channel in blocking mode.
 */
final class Deadline extends Thread {

    private final SocketChannel channel;
    private long endNanos;
    private boolean over;
    private boolean passed;

    private Deadline(SocketChannel channel, long nanos) {
        super("deadline");
        this.channel = channel;
        this.endNanos = System.nanoTime() + nanos;
        setDaemon(true);
    }

    static Deadline start(SocketChannel channel, long nanos) {
        Deadline deadline = new Deadline(channel, nanos);
        deadline.start();
        return deadline;
    }

    /** Replaces the time limit by a new one that begins now. */
    synchronized void restart(long nanos) {
        endNanos = System.nanoTime() + nanos;
        notifyAll();
    }

    /** Time is no longer limited. */
    synchronized void cancel() {
        over = true;
        notifyAll();
    }

    /** Whether the channel was closed because time was up. */
    synchronized boolean passed() {
        return passed;
    }

    @Override
    public void run() {
        try {
            if (awaitEnd()) {
                channel.close();
            }
        } catch (InterruptedException | IOException e) {
            // Nobody interrupts this thread, and a channel that cannot be closed is as good as closed.
        }
    }

    /** Waits, and says whether time is up. */
    private synchronized boolean awaitEnd() throws InterruptedException {
        while (!over) {
            long leftNanos = endNanos - System.nanoTime();
            if (leftNanos <= 0) {
                over = true;
                passed = true;
                return true;
            }
            // One more millisecond, since 0 would mean forever.
            wait(TimeUnit.NANOSECONDS.toMillis(leftNanos) + 1);
        }
        return false;
    }
}
