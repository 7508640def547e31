package io.vpccni.emulator.fabric;

import io.vpccni.emulator.cloud.WireBranch;
import io.vpccni.netlink.End;
import io.vpccni.netlink.Errno;
import io.vpccni.netlink.LinkChange;
import io.vpccni.netlink.Netlink;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The router's ways to branches, over the ports of their trunks.
 *
 * <pre>
 *   vlan:     node1-eth2 ── vlan5-12   10.0.0.77 dev vlan5-12, a port of its own (12 is the index of node1-eth2)
 *   macvlan:  node1-eth2               10.0.0.77 dev node1-eth2, neighbour 10.0.0.77 with the branch's MAC
 * </pre>
 */
final class Branches {
    /** Makes a link of the router a port. */
    @FunctionalInterface
    interface Opening {
        void open(Port port) throws IOException;
    }

    private final Netlink netlink;
    private final boolean ipv6;
    private final BranchLinks links;
    private final Opening opening;
    /** All that were told of, by their ids; some may wait for their trunk's link. */
    private final Map<String, WireBranch> known = new LinkedHashMap<>();

    private final Map<String, Port> ports = new HashMap<>();

    Branches(Netlink netlink, boolean ipv6, BranchLinks links, Opening opening) {
        this.netlink = netlink;
        this.ipv6 = ipv6;
        this.links = links;
        this.opening = opening;
    }

    /** The branch is new, or has other addresses; without a port of its trunk it waits for {@link #plugged}. */
    void change(WireBranch branch, Map<String, Port> trunks) throws IOException {
        known.put(branch.eni().eniId(), branch);
        var port = ports.get(branch.eni().eniId());
        var trunk = trunks.get(branch.trunkEniId());
        if (port != null) {
            change(port, port.with(branch.eni()));
        } else if (trunk != null) {
            connect(branch, trunk);
        }
    }

    private void change(Port before, Port now) throws IOException {
        ports.put(now.eni().eniId(), now);
        var batch = netlink.batch();
        switch (links) {
            case VLAN -> Ipv4Routing.change(batch, before, now);
            case MACVLAN -> Ipv4Routing.deliver(batch, now, Port.delivered(before.eni()));
        }
        if (ipv6) {
            Ipv6Routing.change(batch, before, now);
        }
        batch.run();
    }

    /** Connects the branches of a trunk that came before its link. */
    void plugged(Port trunk) throws IOException {
        for (var branch : ofTrunk(trunk.eni().eniId())) {
            connect(branch, trunk);
        }
    }

    private void connect(WireBranch branch, Port trunk) throws IOException {
        var port =
                switch (links) {
                    case VLAN -> tagged(branch, trunk);
                    case MACVLAN -> new Port(trunk.node(), branch.eni(), trunk.link(), trunk.index());
                };
        ports.put(branch.eni().eniId(), port);
        switch (links) {
            case VLAN -> opening.open(port);
            case MACVLAN -> {
                var batch = netlink.batch();
                Ipv4Routing.join(batch, port);
                if (ipv6) {
                    Ipv6Routing.join(batch, port);
                }
                batch.run();
            }
        }
    }

    private Port tagged(WireBranch branch, Port trunk) throws IOException {
        String name = "vlan" + branch.vlanId() + "-" + trunk.index();
        var link = netlink.batch()
                .vlan(End.named(name, LinkChange.mtu(Router.MTU)), trunk.index(), branch.vlanId())
                .getLink(name)
                .run()
                .links()
                .getFirst();
        return new Port(trunk.node(), branch.eni(), name, link.index());
    }

    void gone(String eniId) throws IOException {
        known.remove(eniId);
        disconnect(eniId);
    }

    /** The trunk's link goes; its branches wait for another one. */
    void unplugged(String trunkEniId) throws IOException {
        for (var branch : ofTrunk(trunkEniId)) {
            disconnect(branch.eni().eniId());
        }
    }

    private void disconnect(String eniId) throws IOException {
        var port = ports.remove(eniId);
        if (port == null) {
            return;
        }
        var batch = netlink.batch();
        switch (links) {
            case VLAN -> {
                batch.deleteLink(port.index()).tolerate(Errno.ENODEV);
                if (ipv6) {
                    Ipv6Routing.unplug(batch, port);
                }
            }
            case MACVLAN -> {
                Ipv4Routing.leave(batch, port);
                if (ipv6) {
                    Ipv6Routing.leave(batch, port);
                }
            }
        }
        batch.run();
    }

    private List<WireBranch> ofTrunk(String trunkEniId) {
        return known.values().stream()
                .filter(branch -> branch.trunkEniId().equals(trunkEniId))
                .toList();
    }
}
