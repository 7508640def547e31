package io.vpccni.netlink;

/** Something the kernel tells of when it changes, with the bits of its multicast groups. */
public enum Topic {
    LINKS(1),
    ADDRESSES(0x10 | 0x100),
    ROUTES(0x40 | 0x400),
    RULES(0x80 | 0x40000);

    private final int groups;

    Topic(int groups) {
        this.groups = groups;
    }

    int groups() {
        return groups;
    }
}
