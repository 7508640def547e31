package io.vpccni.branch;

import io.vpccni.vpc.EniId;
import io.vpccni.vpc.Ipv4Address;
import io.vpccni.vpc.Ipv4Cidr;
import io.vpccni.vpc.Ipv6Address;
import io.vpccni.vpc.Ipv6Cidr;
import io.vpccni.vpc.MacAddress;
import java.util.Optional;

/**
 * A branch interface, as the node has to know it to connect a pod.
 *
 * @param vlan 802.1Q id on the trunk, {@value #FIRST_VLAN} to {@value #LAST_VLAN}
 * @param subnet where {@code ipv4} lies; its first host address is the gateway
 * @param association the trunk's association with it; empty while there is none, or where nobody has written it down
 */
public record BranchEni(
        EniId id,
        MacAddress mac,
        Optional<Ipv4Address> ipv4,
        Optional<Ipv6Address> ipv6,
        int vlan,
        Optional<Ipv4Cidr> subnet,
        Optional<Ipv6Cidr> ipv6Subnet,
        Optional<String> association) {

    public static final int FIRST_VLAN = 1;

    /** 802.1Q has no higher one; the controllers give ids up to 120. */
    public static final int LAST_VLAN = 4094;

    public BranchEni {
        if (vlan < FIRST_VLAN || vlan > LAST_VLAN) {
            throw new IllegalArgumentException(
                    "a VLAN id is " + FIRST_VLAN + " to " + LAST_VLAN + ", not " + vlan + " (of " + id + ")");
        }
    }

    public BranchEni withAssociation(String made) {
        return new BranchEni(id, mac, ipv4, ipv6, vlan, subnet, ipv6Subnet, Optional.of(made));
    }
}
