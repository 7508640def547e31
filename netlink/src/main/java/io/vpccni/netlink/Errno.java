package io.vpccni.netlink;

import java.util.Map;

/** A kernel error number. Any number is legal; those with a meaning for callers have a constant and print their name. */
public record Errno(int number) {
    public static final Errno EPERM = new Errno(1);
    /** No such rule, namespace file or routing table. */
    public static final Errno ENOENT = new Errno(2);
    /** No such route or group member. */
    public static final Errno ESRCH = new Errno(3);

    public static final Errno EINTR = new Errno(4);
    public static final Errno EAGAIN = new Errno(11);
    public static final Errno EACCES = new Errno(13);
    public static final Errno EBUSY = new Errno(16);
    public static final Errno EEXIST = new Errno(17);
    /** No such link. */
    public static final Errno ENODEV = new Errno(19);

    public static final Errno EINVAL = new Errno(22);
    public static final Errno ENOTTY = new Errno(25);
    public static final Errno ERANGE = new Errno(34);
    public static final Errno ENOPROTOOPT = new Errno(92);
    public static final Errno EOPNOTSUPP = new Errno(95);
    public static final Errno EAFNOSUPPORT = new Errno(97);
    /** No such address on the link. */
    public static final Errno EADDRNOTAVAIL = new Errno(99);

    public static final Errno ENETDOWN = new Errno(100);
    public static final Errno ENETUNREACH = new Errno(101);
    /** The receive buffer was too small: messages are lost. */
    public static final Errno ENOBUFS = new Errno(105);

    public static final Errno ENOTCONN = new Errno(107);
    public static final Errno EHOSTUNREACH = new Errno(113);

    private static final Map<Integer, String> NAMES = Map.ofEntries(
            Map.entry(1, "EPERM"),
            Map.entry(2, "ENOENT"),
            Map.entry(3, "ESRCH"),
            Map.entry(4, "EINTR"),
            Map.entry(11, "EAGAIN"),
            Map.entry(13, "EACCES"),
            Map.entry(16, "EBUSY"),
            Map.entry(17, "EEXIST"),
            Map.entry(19, "ENODEV"),
            Map.entry(22, "EINVAL"),
            Map.entry(25, "ENOTTY"),
            Map.entry(34, "ERANGE"),
            Map.entry(92, "ENOPROTOOPT"),
            Map.entry(95, "EOPNOTSUPP"),
            Map.entry(97, "EAFNOSUPPORT"),
            Map.entry(99, "EADDRNOTAVAIL"),
            Map.entry(100, "ENETDOWN"),
            Map.entry(101, "ENETUNREACH"),
            Map.entry(105, "ENOBUFS"),
            Map.entry(107, "ENOTCONN"),
            Map.entry(113, "EHOSTUNREACH"));

    /** For example {@code EEXIST} or {@code errno 71}. */
    @Override
    public String toString() {
        return NAMES.getOrDefault(number, "errno " + number);
    }
}
