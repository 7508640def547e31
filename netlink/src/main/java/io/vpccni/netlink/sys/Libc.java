package io.vpccni.netlink.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The libc functions in Java's types; every failure is an {@link ErrnoException}. All descriptors are opened
 * close-on-exec. A call blocks its OS thread, so none of this is for virtual threads or event loops.
 */
public final class Libc {
    public static final int AF_NETLINK = 16;
    public static final int SOL_SOCKET = 1;
    public static final int SO_RCVBUF = 8;
    public static final int SO_RCVBUFFORCE = 33;
    public static final int MSG_TRUNC = 0x20;
    public static final int MSG_DONTWAIT = 0x40;
    public static final int CLONE_NEWNET = 0x40000000;
    public static final int MS_BIND = 0x1000;
    public static final int MS_REC = 0x4000;
    public static final int MS_SHARED = 1 << 20;
    public static final int MNT_DETACH = 2;
    /** What {@link #fileSystemType} gives for a file of the kernel's namespace file system. */
    public static final long NSFS_MAGIC = 0x6e736673;

    private static final int SOCK_RAW_CLOEXEC = 3 | 0x80000;
    private static final int O_RDONLY_CLOEXEC_NONBLOCK = 0x80000 | 0x800;
    private static final int EFD_CLOEXEC = 0x80000;
    private static final int NS_GET_NSTYPE = 0xb703;
    private static final short POLLIN = 1;
    private static final int STATFS_BYTES = 256;

    private Libc() {}

    /** A raw netlink socket in the network namespace of the calling OS thread, where it stays for ever. */
    public static int netlinkSocket(int protocol) throws ErrnoException {
        return (int) SystemCall.SOCKET.call(AF_NETLINK, SOCK_RAW_CLOEXEC, protocol);
    }

    /** Binds a netlink socket to multicast groups: bit n-1 is group n. The kernel chooses the port number. */
    public static void bindNetlink(int fd, int groups) throws ErrnoException {
        try (var arena = Arena.ofConfined()) {
            var address = arena.allocate(12, 4);
            address.set(JAVA_SHORT, 0, (short) AF_NETLINK);
            address.set(JAVA_INT, 8, groups);
            SystemCall.BIND.call(fd, address.address(), address.byteSize());
        }
    }

    /** The port number of a netlink socket, which is unique in its namespace; the kernel chooses one where it has none yet. */
    public static int netlinkPort(int fd) throws ErrnoException {
        int port = portOf(fd);
        if (port == 0) {
            bindNetlink(fd, 0);
            port = portOf(fd);
        }
        return port;
    }

    private static int portOf(int fd) throws ErrnoException {
        try (var arena = Arena.ofConfined()) {
            var address = arena.allocate(12, 4);
            var length = arena.allocateFrom(JAVA_INT, 12);
            SystemCall.GETSOCKNAME.call(fd, address.address(), length.address());
            return address.get(JAVA_INT, 4);
        }
    }

    public static void setOption(int fd, int level, int option, int value) throws ErrnoException {
        try (var arena = Arena.ofConfined()) {
            var memory = arena.allocateFrom(JAVA_INT, value);
            SystemCall.SETSOCKOPT.call(fd, level, option, memory.address(), memory.byteSize());
        }
    }

    public static int send(int fd, MemorySegment buffer, int length, int flags) throws ErrnoException {
        return (int) SystemCall.SEND.call(fd, buffer.address(), length, flags);
    }

    /** With {@link #MSG_TRUNC} the real length of the datagram, even where the buffer was too short for it. */
    public static int receive(int fd, MemorySegment buffer, int flags) throws ErrnoException {
        return (int) SystemCall.RECV.call(fd, buffer.address(), buffer.byteSize(), flags);
    }

    /** Blocks until one of the two descriptors has something to read; true when it is the second one. */
    public static boolean waitForEither(int first, int second) throws ErrnoException {
        try (var arena = Arena.ofConfined()) {
            var both = arena.allocate(16, 4);
            both.set(JAVA_INT, 0, first);
            both.set(JAVA_SHORT, 4, POLLIN);
            both.set(JAVA_INT, 8, second);
            both.set(JAVA_SHORT, 12, POLLIN);
            SystemCall.POLL.call(both.address(), 2, -1);
            return both.get(JAVA_SHORT, 14) != 0;
        }
    }

    /** A descriptor that becomes readable by {@link #signal} and stays so. */
    public static int eventDescriptor() throws ErrnoException {
        return (int) SystemCall.EVENTFD.call(0, EFD_CLOEXEC);
    }

    public static void signal(int eventDescriptor) throws ErrnoException {
        try (var arena = Arena.ofConfined()) {
            var one = arena.allocateFrom(JAVA_LONG, 1);
            SystemCall.WRITE.call(eventDescriptor, one.address(), one.byteSize());
        }
    }

    /** Opens for reading; does not wait for the other side of a pipe. */
    public static int open(String path) throws ErrnoException {
        try (var arena = Arena.ofConfined()) {
            return (int) SystemCall.OPEN.call(arena.allocateFrom(path).address(), O_RDONLY_CLOEXEC_NONBLOCK, 0);
        }
    }

    public static void close(int fd) throws ErrnoException {
        SystemCall.CLOSE.call(fd);
    }

    /** The magic number of the file system an open file lives in. */
    public static long fileSystemType(int fd) throws ErrnoException {
        try (var arena = Arena.ofConfined()) {
            var result = arena.allocate(STATFS_BYTES, 8);
            SystemCall.FSTATFS.call(fd, result.address());
            return result.get(JAVA_LONG, 0);
        }
    }

    /** The {@code CLONE_NEW*} constant of an open namespace file. Ask {@link #fileSystemType} first. */
    public static int namespaceType(int fd) throws ErrnoException {
        return (int) SystemCall.IOCTL.call(fd, NS_GET_NSTYPE, 0);
    }

    /** Moves the calling OS thread into the network namespace behind the descriptor. */
    public static void enterNetworkNamespace(int fd) throws ErrnoException {
        SystemCall.SETNS.call(fd, CLONE_NEWNET);
    }

    /** Gives the calling OS thread a new, empty network namespace. */
    public static void unshareNetwork() throws ErrnoException {
        SystemCall.UNSHARE.call(CLONE_NEWNET);
    }

    public static void mount(String source, String target, int flags) throws ErrnoException {
        try (var arena = Arena.ofConfined()) {
            SystemCall.MOUNT.call(
                    arena.allocateFrom(source).address(),
                    arena.allocateFrom(target).address(),
                    arena.allocateFrom("none").address(),
                    flags,
                    0);
        }
    }

    public static void unmountDetached(String target) throws ErrnoException {
        try (var arena = Arena.ofConfined()) {
            SystemCall.UMOUNT2.call(arena.allocateFrom(target).address(), MNT_DETACH);
        }
    }
}
