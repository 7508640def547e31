package io.vpccni.netlink.rt;

/** Flags of a netlink request. */
public final class Flags {
    public static final int REQUEST = 1;
    public static final int ACK = 4;
    public static final int DUMP = REQUEST | 0x300;
    /** Add: EEXIST if it is there. */
    public static final int ADD = REQUEST | 0x400 | 0x200;
    /** Make it so, whether it is there or not. */
    public static final int REPLACE = REQUEST | 0x400 | 0x100;

    private Flags() {}
}
