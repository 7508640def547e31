package io.vpccni.netlink;

/** A per-link IPv4 setting, named like its file in {@code /proc/sys/net/ipv4/conf/LINK}, with the kernel's number. */
public enum Ipv4Setting {
    FORWARDING(1),
    PROXY_ARP(3),
    ACCEPT_REDIRECTS(4),
    SECURE_REDIRECTS(5),
    SEND_REDIRECTS(6),
    RP_FILTER(8),
    ACCEPT_SOURCE_ROUTE(9),
    LOG_MARTIANS(11),
    ARP_ANNOUNCE(18),
    ARP_IGNORE(19),
    ARP_NOTIFY(22),
    ACCEPT_LOCAL(23),
    SRC_VALID_MARK(24),
    ROUTE_LOCALNET(26);

    private final int number;

    Ipv4Setting(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }
}
