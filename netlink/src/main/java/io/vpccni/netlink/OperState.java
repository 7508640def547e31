package io.vpccni.netlink;

/** RFC 2863 state of a link, in the order of the kernel's numbers. {@code lo} is always {@link #UNKNOWN}. */
public enum OperState {
    UNKNOWN,
    NOT_PRESENT,
    DOWN,
    LOWER_LAYER_DOWN,
    TESTING,
    DORMANT,
    UP;

    /** A number this library does not know is {@link #UNKNOWN}. */
    public static OperState of(int number) {
        return number >= 0 && number < values().length ? values()[number] : UNKNOWN;
    }
}
