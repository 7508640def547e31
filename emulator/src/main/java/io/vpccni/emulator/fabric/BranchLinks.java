package io.vpccni.emulator.fabric;

import io.vpccni.netlink.End;
import io.vpccni.netlink.Netlink;
import io.vpccni.netlink.NetlinkException;
import io.vpccni.netlink.ns.Netns;
import java.io.IOException;
import java.util.Locale;

/** How the frames of branches are told apart on the link of their trunk. */
public enum BranchLinks {
    /** By the VLAN id that EC2 knows, as on an instance: the node has a link of the kind {@code vlan} for each branch. */
    VLAN,
    /**
     * By the branch's MAC, in frames without a tag, for kernels without 802.1Q: the node has a link of the kind
     * {@code macvlan} (mode {@code private}) with that MAC for each branch.
     */
    MACVLAN;

    /**
     * The name in options.
     *
     * @throws IllegalArgumentException for another name
     */
    public static BranchLinks named(String name) {
        return switch (name) {
            case "vlan" -> VLAN;
            case "macvlan" -> MACVLAN;
            default -> throw new IllegalArgumentException("branches are vlan or macvlan, not '" + name + "'");
        };
    }

    /** The first that this machine's kernel can make. Takes some milliseconds. */
    public static BranchLinks usual() throws IOException {
        return kernelHasVlans() ? VLAN : MACVLAN;
    }

    static boolean kernelHasVlans() throws IOException {
        try (var namespace = Netns.createUnnamed();
                var netlink = Netlink.in(namespace)) {
            netlink.batch().veth(End.named("a"), End.named("b")).run();
            int parent = netlink.link("a").orElseThrow().index();
            netlink.batch().vlan(End.named("v"), parent, 1).run();
            return true;
        } catch (NetlinkException e) {
            return false;
        }
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
