package io.vpccni.dataplane;

/** Who keeps the rules of iptables in the kernel. The two do not see each other's. */
public enum FirewallBackend {
    LEGACY,
    NFTABLES
}
