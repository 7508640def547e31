package io.vpccni.netlink.ns;

import io.vpccni.netlink.sys.ErrnoException;
import io.vpccni.netlink.sys.Libc;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * The one OS thread of the process that ever calls setns: enter, act, leave, one action at a time (20 to 60 us).
 *
 * <p>A thread that cannot get back is in the wrong namespace for ever: it ends, and the next action gets a new one.
 */
final class Opener {
    static final Opener SHARED = new Opener();

    private @Nullable Worker worker;

    /** Runs the action on the opener thread in the namespace, and waits for it even when interrupted. */
    <T> T inside(NetnsFd namespace, IoCallable<T> action) throws IOException {
        if (Thread.currentThread() instanceof Worker) {
            throw new IllegalStateException("already inside a network namespace: actions do not nest");
        }
        int fd = namespace.fd();
        synchronized (this) {
            var current = worker;
            if (current == null || !current.isHome) {
                current = new Worker();
                current.start();
                worker = current;
            }
            var inside = current;
            var task = new FutureTask<>(() -> inside.enter(fd, action));
            inside.tasks.add(task);
            return await(task);
        }
    }

    static <T> T await(FutureTask<T> task) throws IOException {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    switch (e.getCause()) {
                        case IOException cause -> throw cause;
                        case RuntimeException cause -> throw cause;
                        case Error cause -> throw cause;
                        case null, default -> throw new IllegalStateException(e);
                    }
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static final class Worker extends Thread {
        private final LinkedBlockingQueue<FutureTask<?>> tasks = new LinkedBlockingQueue<>();
        private final int home;

        // Written before a task ends, read after: the task orders the two.
        private boolean isHome = true;

        Worker() throws IOException {
            super("netns-opener");
            setDaemon(true);
            // Of the main thread: the caller's own might be wrong already.
            home = Libc.open("/proc/self/ns/net");
        }

        @Override
        public void run() {
            try {
                Libc.enterNetworkNamespace(home);
                startLazyThreadsOfTheJdk();
            } catch (IOException e) {
                // Without the right to call setns: every action will say so itself.
            }
            try {
                while (isHome) {
                    tasks.take().run();
                }
            } catch (InterruptedException e) {
                isHome = false;
            }
            try {
                Libc.close(home);
            } catch (ErrnoException e) {
                // The descriptor is free all the same.
            }
        }

        // The JDK starts its cleaner thread with the first file or socket; inside, it would stay in that namespace.
        private static void startLazyThreadsOfTheJdk() throws IOException {
            FileChannel.open(Path.of("/proc/self/comm"), StandardOpenOption.READ)
                    .close();
        }

        private <T> T enter(int fd, IoCallable<T> action) throws IOException {
            Libc.enterNetworkNamespace(fd);
            try {
                return action.call();
            } finally {
                try {
                    Libc.enterNetworkNamespace(home);
                } catch (ErrnoException e) {
                    isHome = false;
                }
            }
        }
    }
}
