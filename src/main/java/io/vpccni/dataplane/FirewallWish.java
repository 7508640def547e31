package io.vpccni.dataplane;

/** What iptables or ip6tables must hold. */
public sealed interface FirewallWish permits HostFirewall, NodeLocalBlock {

    /**
     * Input for {@code iptables-restore --noflush} that makes this of what is {@code saved}; empty when nothing has to
     * change. Each table changes as a whole, so no packet sees a state in between.
     */
    String restoreInput(SavedTables saved);
}
