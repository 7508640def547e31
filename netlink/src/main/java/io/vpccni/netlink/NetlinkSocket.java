package io.vpccni.netlink;

import io.vpccni.netlink.ns.Netns;
import io.vpccni.netlink.ns.NetnsFd;
import io.vpccni.netlink.sys.ErrnoException;
import io.vpccni.netlink.sys.Libc;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** A netlink socket with its two buffers. */
final class NetlinkSocket implements AutoCloseable {
    static final int ROUTE = 0;
    static final int NETFILTER = 12;

    private static final int SOL_NETLINK = 270;
    private static final int CAP_ACK = 10;
    private static final int EXT_ACK = 11;
    private static final int GET_STRICT_CHECK = 12;

    /** Room for the answers to a full batch of {@link Batch#getLink}; counted by the kernel, not allocated. */
    static final int RECEIVE_BYTES = 2 << 20;

    private final int fd;
    private final Buffers buffers;
    private boolean closed;

    private NetlinkSocket(int fd, Buffers buffers) {
        this.fd = fd;
        this.buffers = buffers;
    }

    /** Null is the process's own namespace. Groups are bits, see {@link Libc#bindNetlink}. */
    static NetlinkSocket open(int protocol, @Nullable NetnsFd namespace, int groups, int receiveBytes)
            throws IOException {
        int fd = namespace == null
                ? Libc.netlinkSocket(protocol)
                : Netns.call(namespace, () -> Libc.netlinkSocket(protocol));
        var socket = new NetlinkSocket(fd, Buffers.take());
        try {
            socket.configure(groups, receiveBytes);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    int fd() {
        return fd;
    }

    int port() throws IOException {
        return Libc.netlinkPort(fd);
    }

    /** The send buffer, empty; in the machine's byte order. */
    ByteBuffer sendBuffer() {
        checkOpen();
        return buffers.sendView.clear();
    }

    /** Sends what was written into the send buffer. The kernel has carried it out when this returns. */
    void send() throws IOException {
        checkOpen();
        Libc.send(fd, buffers.send, buffers.sendView.position(), 0);
    }

    /** The next datagram, valid until the next call; null when none waits. */
    @Nullable
    ByteBuffer receive() throws IOException {
        checkOpen();
        try {
            int length = Libc.receive(fd, buffers.receive, Libc.MSG_DONTWAIT | Libc.MSG_TRUNC);
            if (length > Buffers.BYTES) {
                throw new IOException("netlink datagram of " + length + " bytes, there is room for " + Buffers.BYTES);
            }
            return buffers.receiveView.clear().limit(length);
        } catch (ErrnoException e) {
            if (e.is(Errno.EAGAIN)) {
                return null;
            }
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        if (!closed) {
            closed = true;
            buffers.giveBack();
            Libc.close(fd);
        }
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the netlink socket is closed");
        }
    }

    private void configure(int groups, int receiveBytes) throws IOException {
        for (int option : new int[] {CAP_ACK, EXT_ACK, GET_STRICT_CHECK}) {
            try {
                Libc.setOption(fd, SOL_NETLINK, option, 1);
            } catch (ErrnoException e) {
                // An older kernel: longer errors, no texts, dumps not filtered; all of that is coped with.
                if (!e.is(Errno.ENOPROTOOPT)) {
                    throw e;
                }
            }
        }
        try {
            Libc.setOption(fd, Libc.SOL_SOCKET, Libc.SO_RCVBUFFORCE, receiveBytes);
        } catch (ErrnoException e) {
            Libc.setOption(fd, Libc.SOL_SOCKET, Libc.SO_RCVBUF, receiveBytes);
        }
        if (groups != 0) {
            Libc.bindNetlink(fd, groups);
        }
    }

    /**
     * Native memory that is used again and never freed: there is as much of it as there were sockets open at once.
     * Memory freed by the garbage collector would pile up, since a socket is opened for each pod and little else is.
     */
    private static final class Buffers {
        static final int BYTES = 64 << 10;

        private static final ConcurrentLinkedQueue<Buffers> UNUSED = new ConcurrentLinkedQueue<>();

        private final MemorySegment send = Arena.global().allocate(BYTES, 8);
        private final MemorySegment receive = Arena.global().allocate(BYTES, 8);
        private final ByteBuffer sendView = send.asByteBuffer().order(ByteOrder.nativeOrder());
        private final ByteBuffer receiveView = receive.asByteBuffer().order(ByteOrder.nativeOrder());

        static Buffers take() {
            var buffers = UNUSED.poll();
            return buffers == null ? new Buffers() : buffers;
        }

        void giveBack() {
            UNUSED.add(this);
        }
    }
}
