package io.vpccni.ec2;

import io.smallrye.mutiny.Uni;
import java.util.List;
import org.jboss.logging.Logger;

/** The security groups of the node's first interface, which new interfaces get too. */
final class SecurityGroups {

    private static final Logger LOG = Logger.getLogger(SecurityGroups.class);

    private final Imds imds;
    private final String primaryMac;
    private volatile List<String> current;

    SecurityGroups(Imds imds, String primaryMac, List<String> atStart) {
        this.imds = imds;
        this.primaryMac = primaryMac;
        this.current = List.copyOf(atStart);
    }

    List<String> current() {
        return current;
    }

    /** Asks IMDS again. Returns the groups as they are now. */
    Uni<List<String>> refresh() {
        return imds.securityGroups(primaryMac).invoke(seen -> {
            if (!seen.equals(current)) {
                LOG.infof("the first interface's security groups changed from %s to %s", current, seen);
                current = List.copyOf(seen);
            }
        });
    }
}
