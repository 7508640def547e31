package io.vpccni.kernel;

import io.vpccni.dataplane.PodAttachment;
import io.vpccni.dataplane.PolicyRule;
import io.vpccni.netlink.Netlink;
import io.vpccni.netlink.ns.Netns;
import io.vpccni.netlink.ns.NetnsFd;
import io.vpccni.vpc.IpAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Connects a pod that nobody asked for, between two namespaces that nobody else sees: the first pod of a fresh JVM takes
 * twenty times as long as the next. Both namespaces, and all in them, go with their last descriptor.
 */
final class WarmUp {

    private static final Logger LOG = Logger.getLogger(WarmUp.class);

    private WarmUp() {}

    /** A failure means no more than a slow first pod. */
    static void run() {
        try (NetnsFd pod = Netns.createUnnamed();
                HostNamespace host = HostNamespace.of(Netns.createUnnamed());
                Netlink netlink = host.netlink()) {
            PodAttachment attachment = new PodAttachment(
                    Path.of("/proc/self/fd/" + pod.fd()),
                    "eth0",
                    "eniwarmup",
                    IpAddress.parse("192.0.2.1"),
                    PolicyRule.MAIN + 1_000,
                    1500);
            PodWiring wiring = new PodWiring(host, netlink, new Ipv6Settings(host), () -> {});
            wiring.connect(List.of(attachment));
            wiring.disconnect(Optional.of(attachment.address()), Optional.of(attachment.hostLink()));
        } catch (IOException | RuntimeException e) {
            LOG.debugf("no warm-up: %s", e.getMessage());
        }
    }
}
