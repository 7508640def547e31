package io.vpccni.emulator.fabric;

import io.vpccni.emulator.cloud.WireEni;
import io.vpccni.netlink.Addr;
import io.vpccni.netlink.Family;
import io.vpccni.netlink.LinkChange;
import io.vpccni.netlink.Netlink;
import io.vpccni.netlink.Prefix;
import io.vpccni.netlink.Route;
import io.vpccni.netlink.ns.Netns;
import io.vpccni.netlink.ns.NetnsFd;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The namespace that is a node. It gets what the image and DHCP give an instance at boot: forwarding, and an address on
 * the primary ENI. All else in it belongs to the daemon.
 */
record Guest(Path path, NetnsFd namespace) implements AutoCloseable {
    private record Sysctl(String key, String value) {}

    /** Of Amazon Linux 2 on EKS. Without them the guest would have those of the machine around it. */
    private static final List<Sysctl> SYSTEM_SETTINGS = List.of(
            new Sysctl("net/ipv4/ip_forward", "1"),
            new Sysctl("net/ipv4/conf/all/rp_filter", "0"),
            new Sysctl("net/ipv4/conf/default/rp_filter", "1"));

    static Guest create(Path path) throws IOException {
        var guest = new Guest(path, Netns.create(path));
        try (var netlink = Netlink.in(guest.namespace)) {
            netlink.batch().set("lo", LinkChange.up()).run();
            for (var setting : SYSTEM_SETTINGS) {
                Netns.sysctl(guest.namespace, setting.key(), setting.value());
            }
            return guest;
        } catch (IOException | RuntimeException e) {
            guest.close();
            Netns.delete(path);
            throw e;
        }
    }

    private static final int PROTOCOL_ROUTER_ADVERTISEMENT = 9;

    /**
     * {@code ip address add ADDRESS/SUBNET dev eth0; ip link set eth0 up; ip route add default via GATEWAY}; in IPv6 as
     * DHCPv6 and the router's advertisement leave it.
     */
    void boot(WireEni eni, int index) throws IOException {
        var address =
                new Prefix(Port.primaryAddress(eni).address(), eni.subnetCidr().length());
        try (var netlink = Netlink.in(namespace)) {
            var batch = netlink.batch()
                    .set(index, LinkChange.up())
                    .add(Addr.on(index, address))
                    .add(Route.toDefault(Family.IPV4)
                            .via(Router.gateway(eni.subnetCidr()))
                            .device(index));
            if (!eni.ipv6Addresses().isEmpty()) {
                for (var ipv6 : eni.ipv6Addresses()) {
                    batch.add(Addr.on(index, Prefix.of(ipv6.toString())).noDad());
                }
                batch.add(Route.toDefault(Family.IPV6)
                        .via(Ipv6Routing.GATEWAY.address())
                        .device(index)
                        .protocol(PROTOCOL_ROUTER_ADVERTISEMENT));
            }
            batch.run();
        }
    }

    @Override
    public void close() {
        namespace.close();
    }
}
