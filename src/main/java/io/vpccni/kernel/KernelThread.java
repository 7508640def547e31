package io.vpccni.kernel;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.MDC;

/**
 * One platform thread that talks to the kernel; steps run one after another, in the order they came. Not a virtual thread:
 * a netlink call blocks its OS thread, and a carrier with it.
 */
final class KernelThread implements AutoCloseable {

    private static final String REQUEST_ID = "requestId";
    private static final Duration LONGEST_STEP = Duration.ofSeconds(30);

    /** A step that may fail. */
    @FunctionalInterface
    interface Step<T> {
        T run() throws IOException;
    }

    /** A step without a result. */
    @FunctionalInterface
    interface Change {
        void run() throws IOException;
    }

    private final ScheduledThreadPoolExecutor thread;

    KernelThread(String name) {
        this.thread = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().name(name).daemon().factory());
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        thread.setRemoveOnCancelPolicy(true);
    }

    /** Takes its place in the queue when somebody subscribes. */
    <T> Uni<T> run(Step<T> step) {
        return Uni.createFrom().emitter(emitter -> execute(() -> answer(step, emitter), emitter));
    }

    /** As {@link #run}, without a result. */
    Uni<Void> change(Change change) {
        return Uni.createFrom().emitter(emitter -> execute(() -> answer(change, emitter), emitter));
    }

    /** Here and now, on the thread of whoever subscribes. */
    static Uni<Void> changeHere(Change change) {
        return Uni.createFrom().emitter(emitter -> answer(change, emitter));
    }

    /** As {@link #changeHere}, with a result. */
    static <T> Uni<T> runHere(Step<T> step) {
        return Uni.createFrom().emitter(emitter -> answer(step, emitter));
    }

    /** For a step that answers later, by the emitter. */
    void execute(Runnable step, UniEmitter<?> emitter) {
        try {
            thread.execute(named(step));
        } catch (RejectedExecutionException e) {
            emitter.fail(closed());
        }
    }

    /** What a step logs names the request that it is for, as the lines of whoever asked for it do. */
    private static Runnable named(Runnable step) {
        Object request = MDC.get(REQUEST_ID);
        if (request == null) {
            return step;
        }
        return () -> {
            MDC.put(REQUEST_ID, request);
            try {
                step.run();
            } finally {
                MDC.remove(REQUEST_ID);
            }
        };
    }

    /** For what nobody waits for. Nothing happens when this is closed. */
    void execute(Runnable step) {
        try {
            thread.execute(step);
        } catch (RejectedExecutionException e) {
            // The thread has ended, and what it worked for as well.
        }
    }

    /** Runs it later, unless the result is cancelled or this is closed before. */
    Runnable schedule(Duration delay, Runnable step) {
        var timer = thread.schedule(step, delay.toNanos(), TimeUnit.NANOSECONDS);
        return () -> timer.cancel(false);
    }

    private static void answer(Change change, UniEmitter<? super Void> emitter) {
        try {
            change.run();
        } catch (IOException | RuntimeException e) {
            emitter.fail(e);
            return;
        }
        emitter.complete(null);
    }

    private static <T> void answer(Step<T> step, UniEmitter<? super T> emitter) {
        T result;
        try {
            result = step.run();
        } catch (IOException | RuntimeException e) {
            emitter.fail(e);
            return;
        }
        emitter.complete(result);
    }

    static IOException closed() {
        return new IOException("the data plane is closed");
    }

    /** Finishes the steps that wait. None starts afterwards. */
    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(LONGEST_STEP.toSeconds(), TimeUnit.SECONDS)) {
                thread.shutdownNow();
            }
        } catch (InterruptedException e) {
            thread.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
