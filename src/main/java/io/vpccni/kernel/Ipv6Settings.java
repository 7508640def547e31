package io.vpccni.kernel;

import io.vpccni.netlink.ns.NetnsFd;
import java.io.IOException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jboss.logging.Logger;

/** Settings of links that only files under {@code /proc/sys} have. All are for a link that is not up yet. */
final class Ipv6Settings {

    private static final Logger LOG = Logger.getLogger(Ipv6Settings.class);

    private final HostNamespace host;
    private final Set<String> saidReadOnly = new HashSet<>();

    Ipv6Settings(HostNamespace host) {
        this.host = host;
    }

    /** The host is no IPv6 router on this link and listens to none: the kernel would ask for routers as soon as it is up. */
    void quiet(String hostLink) {
        String folder = folder(hostLink);
        tryToSet(host, Map.of(folder + "accept_ra", "0", folder + "accept_redirects", "1", folder + "forwarding", "0"));
    }

    /**
     * The link's own address can be used at once. The host asks for the router from there, and would otherwise wait a second or
     * two for another owner to speak up, in which pods could reach nothing. EC2 makes MAC addresses unique.
     */
    void trustLinkAddress(String hostLink) {
        String folder = folder(hostLink);
        tryToSet(host, Map.of(folder + "accept_dad", "0", folder + "dad_transmits", "0"));
    }

    /** Runtimes may switch IPv6 off in the pods they make. Nobody else is on a pair, so its addresses need no wait. */
    void allow(String ifName, NetnsFd namespace) {
        String folder = folder(ifName);
        tryToSet(
                HostNamespace.of(namespace),
                Map.of(
                        folder + "disable_ipv6",
                        "0",
                        folder("lo") + "disable_ipv6",
                        "0",
                        folder + "accept_dad",
                        "0",
                        folder + "dad_transmits",
                        "0"));
    }

    private static String folder(String link) {
        return "net/ipv6/conf/" + link + "/";
    }

    /** They are read-only in a container that is not privileged. What cannot do without them fails later, and says so. */
    private void tryToSet(HostNamespace namespace, Map<String, String> sysctls) {
        try {
            namespace.sysctls(sysctls);
        } catch (IOException e) {
            String where = namespace == host ? "of the host" : "of pods";
            if (saidReadOnly.add(where)) {
                LOG.warnf("cannot write IPv6 settings %s under /proc/sys: %s", where, e.getMessage());
            }
        }
    }
}
