package io.vpccni.netlink;

import io.vpccni.netlink.ns.NetnsFd;
import java.io.IOException;
import java.net.InetAddress;

/** A pod with one address, wired the way the CNI does it; the link indexes come out. */
record PodWiring(Link host, int podIndex) {
    static final MacAddress HOST_MAC = MacAddress.of("02:00:5e:10:00:01");
    static final int TABLE = 10001;

    static PodWiring wire(NetnsFd host, NetnsFd pod, InetAddress address, InetAddress gateway) throws IOException {
        var family = Family.of(address);
        try (var inHost = Netlink.in(host);
                var inPod = Netlink.in(pod)) {
            var hostEnd = End.named(
                    "eni0",
                    LinkChange.mtu(9001),
                    LinkChange.mac(HOST_MAC),
                    LinkChange.txQueueLength(0),
                    LinkChange.up());
            var podEnd =
                    End.named("eth0", LinkChange.mtu(9001), LinkChange.txQueueLength(0), LinkChange.namespace(pod));
            var link = inHost.batch()
                    .veth(hostEnd, podEnd)
                    .getLink("eni0")
                    .run()
                    .links()
                    .getFirst();
            int podIndex = link.link();
            inPod.batch()
                    .set("lo", LinkChange.up())
                    .set(podIndex, LinkChange.up())
                    .add(Addr.on(podIndex, Prefix.host(address)).noDad())
                    .add(Route.to(Prefix.host(gateway)).device(podIndex).scope(Scope.LINK))
                    .add(Route.toDefault(family).via(gateway).device(podIndex))
                    .replace(Neigh.permanent(podIndex, gateway, HOST_MAC))
                    .run();
            inHost.batch()
                    .replace(Route.to(Prefix.host(address)).device(link.index()).scope(Scope.LINK))
                    .add(Rule.lookup(family, 512, Route.MAIN).to(Prefix.host(address)))
                    .add(Rule.lookup(family, 1536, TABLE).from(Prefix.host(address)))
                    .run();
            return new PodWiring(link, podIndex);
        }
    }
}
