package io.vpccni.kernel;

import io.vpccni.netlink.End;
import io.vpccni.netlink.Errno;
import io.vpccni.netlink.Link;
import io.vpccni.netlink.LinkChange;
import io.vpccni.netlink.Netlink;
import io.vpccni.netlink.Result;
import io.vpccni.netlink.ns.NetnsFd;
import io.vpccni.vpc.MacAddress;
import java.io.IOException;
import java.util.Optional;

/**
 * A pair of links between host and pod, neither with a queue of its own.
 *
 * @param ifName the end inside the pod
 * @param mtu bytes
 */
record VethPair(String hostLink, MacAddress hostMac, String ifName, MacAddress podMac, int mtu) {

    /**
     * {@code ip link add HOSTLINK type veth peer name IFNAME netns POD}.
     *
     * @return the host end; empty when one of the two names is taken
     */
    Optional<Link> make(Netlink netlink, NetnsFd pod) throws IOException {
        LinkChange bytes = LinkChange.mtu(mtu);
        LinkChange noQueue = LinkChange.txQueueLength(0);
        End hostEnd = End.named(hostLink, bytes, noQueue, LinkChange.mac(KernelWords.mac(hostMac)));
        End podEnd =
                End.named(ifName, bytes, noQueue, LinkChange.mac(KernelWords.mac(podMac)), LinkChange.namespace(pod));
        Result result = netlink.batch()
                .veth(hostEnd, podEnd)
                .tolerate(Errno.EEXIST)
                .getLink(hostLink)
                .tolerate(Errno.ENODEV)
                .run();
        return result.tolerated().isEmpty() ? result.link(hostLink) : Optional.empty();
    }
}
