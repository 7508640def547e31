package io.vpccni.netlink;

import io.vpccni.netlink.sys.ErrnoException;
import io.vpccni.netlink.wire.Acknowledgement;
import io.vpccni.netlink.wire.MalformedMessageException;
import io.vpccni.netlink.wire.Message;
import io.vpccni.netlink.wire.MessageWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Requests and answers on one socket, one exchange after the other. */
final class Conversation implements AutoCloseable {
    private static final int DUMP_ATTEMPTS = 10;

    /** Of a filtered dump: there is no such table, no such link. So nothing is in it. */
    private static final Set<Errno> NOTHING_THERE = Set.of(Errno.ENOENT, Errno.ENODEV);

    private final NetlinkSocket socket;
    private int sequence;

    /** Answers may be left over from an exchange that broke off. */
    private boolean drained = true;

    Conversation(NetlinkSocket socket) {
        this.socket = socket;
    }

    interface Decoder<T> {
        /** Empty for a message that is not wanted. */
        Optional<T> read(Message message) throws MalformedMessageException;
    }

    int port() throws IOException {
        return socket.port();
    }

    /** To be called before the first message of an exchange is written. */
    void begin() throws IOException {
        if (Thread.currentThread().isVirtual()) {
            throw new IllegalStateException("netlink blocks its OS thread: call it on a platform thread");
        }
        while (!drained) {
            try {
                drained = socket.receive() == null;
            } catch (ErrnoException e) {
                // What was lost belongs to an exchange that has already failed.
                if (!e.is(Errno.ENOBUFS)) {
                    throw e;
                }
            }
        }
    }

    /** The empty send buffer. */
    MessageWriter writer() {
        return new MessageWriter(socket.sendBuffer());
    }

    /** The number of the next request. */
    int next() {
        return ++sequence;
    }

    /** The number of the last request. */
    int sequence() {
        return sequence;
    }

    void send() throws IOException {
        drained = false;
        socket.send();
    }

    /** The kernel has queued every answer by now: nothing to wait for, and an empty queue is an error. */
    List<Message> receive() throws IOException {
        var messages = receiveIfAny();
        if (messages.isEmpty()) {
            throw new IOException("the kernel gave no answer to a netlink request");
        }
        return messages;
    }

    /** Empty where no answer is left. */
    List<Message> receiveIfAny() throws IOException {
        var datagram = socket.receive();
        return datagram == null ? List.of() : Message.readAll(datagram);
    }

    /** All answers have been taken. */
    void end() {
        drained = true;
    }

    /** Asks for all entries, again and again while they change. */
    <T> List<T> dump(String what, Request.Encoder encoder, int type, Decoder<T> decoder) throws IOException {
        for (int attempt = 0; attempt < DUMP_ATTEMPTS; attempt++) {
            begin();
            encoder.write(writer(), next());
            send();
            var entries = new ArrayList<T>();
            boolean whole = collect(what, entries, type, decoder);
            end();
            if (whole) {
                return entries;
            }
        }
        var failure = new Failure(0, "show " + what, Errno.EINTR, "changed during each of " + DUMP_ATTEMPTS + " dumps");
        throw new NetlinkException(1, List.of(failure));
    }

    /** False when the dump is not consistent. */
    private <T> boolean collect(String what, List<T> entries, int type, Decoder<T> decoder) throws IOException {
        boolean whole = true;
        while (true) {
            for (var message : receive()) {
                if (message.sequence() != sequence) {
                    continue;
                }
                whole &= !message.dumpInterrupted();
                if (message.type() == type) {
                    decoder.read(message).ifPresent(entries::add);
                }
                if (message.type() == Message.ERROR || message.type() == Message.DONE) {
                    var end = Acknowledgement.of(message);
                    var errno = new Errno(end.errno());
                    if (errno.equals(Errno.EINTR)) {
                        return false;
                    }
                    if (end.errno() != 0 && !NOTHING_THERE.contains(errno)) {
                        throw new NetlinkException(1, List.of(new Failure(0, "show " + what, errno, end.text())));
                    }
                    return whole;
                }
            }
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
