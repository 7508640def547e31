package io.vpccni.netlink;

import org.jspecify.annotations.Nullable;

/**
 * A network link as the kernel shows it ({@code ip -details link show}).
 *
 * @param index unique in its namespace
 * @param mac null where the link has no Ethernet address
 * @param mtu bytes
 * @param up set up by an administrator
 * @param running has carrier: for a veth, both ends are up
 * @param group 0 is the default group, in which every link starts
 * @param link index of the veth peer or of the VLAN's or macvlan's parent, in <em>that</em> link's namespace; 0 is none
 * @param kind {@code veth}, {@code vlan}, ...; empty for devices and {@code lo}
 * @param vlanId 802.1Q number; 0 where the link is no VLAN
 * @param txQueueLength packets
 * @param alias what somebody noted about it; empty where nobody did
 */
public record Link(
        int index,
        String name,
        @Nullable MacAddress mac,
        int mtu,
        boolean up,
        boolean running,
        int group,
        int link,
        String kind,
        int vlanId,
        int txQueueLength,
        OperState operState,
        String alias) {}
