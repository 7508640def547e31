package io.vpccni.netlink;

import io.vpccni.netlink.sys.ErrnoException;
import io.vpccni.netlink.sys.Libc;
import io.vpccni.netlink.wire.MalformedMessageException;
import io.vpccni.netlink.wire.Message;
import java.io.IOException;

/** Takes what a socket's multicast groups tell, on a platform thread of its own. */
final class Listening implements AutoCloseable {

    /** What becomes of what is heard. Not called concurrently; what it throws goes to the thread's uncaught exception handler. */
    interface Ear {
        void hear(Message message) throws MalformedMessageException;

        /** Messages are lost, because they came faster than they were taken. */
        void lost();

        /** The last one: the socket failed. */
        void ended(IOException cause);
    }

    private final NetlinkSocket socket;
    private final int stop;
    private final Ear ear;
    private final Thread thread;
    private boolean closed;

    // Written and read by the listener's thread only.
    private boolean closedByListener;

    private Listening(NetlinkSocket socket, int stop, Ear ear) {
        this.socket = socket;
        this.stop = stop;
        this.ear = ear;
        this.thread = Thread.ofPlatform().name("netlink-notifications").daemon().unstarted(this::listen);
    }

    /** Everything that is told after this returned is heard. The socket is closed with it, also when this fails. */
    static Listening start(NetlinkSocket socket, Ear ear) throws IOException {
        try {
            var listening = new Listening(socket, Libc.eventDescriptor(), ear);
            listening.thread.start();
            return listening;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** No listener is running or called any more when this returns, unless it is the listener that calls. */
    @Override
    public synchronized void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        Libc.signal(stop);
        if (Thread.currentThread() == thread) {
            closedByListener = true;
            return;
        }
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        release();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void listen() {
        try {
            while (!Libc.waitForEither(socket.fd(), stop)) {
                take();
            }
        } catch (IOException e) {
            run(() -> ear.ended(e));
        }
        // Otherwise close does it: it must not signal a descriptor that is already somebody else's.
        if (closedByListener) {
            release();
        }
    }

    private void take() throws IOException {
        try {
            var datagram = socket.receive();
            if (datagram == null) {
                return;
            }
            for (var message : Message.readAll(datagram)) {
                hear(message);
            }
        } catch (MalformedMessageException e) {
            run(ear::lost);
        } catch (ErrnoException e) {
            if (!e.is(Errno.ENOBUFS)) {
                throw e;
            }
            discardTheRest();
            run(ear::lost);
        }
    }

    /** Once its buffer was full, the kernel drops without saying so again until the buffer is empty. */
    private void discardTheRest() throws IOException {
        boolean empty = false;
        while (!empty) {
            try {
                empty = socket.receive() == null;
            } catch (ErrnoException e) {
                if (!e.is(Errno.ENOBUFS)) {
                    throw e;
                }
            }
        }
    }

    private void hear(Message message) throws MalformedMessageException {
        try {
            ear.hear(message);
        } catch (RuntimeException e) {
            thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
        }
    }

    private void run(Runnable told) {
        try {
            told.run();
        } catch (RuntimeException e) {
            thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
        }
    }

    private void release() {
        try {
            socket.close();
            Libc.close(stop);
        } catch (IOException e) {
            // Both are free all the same.
        }
    }
}
