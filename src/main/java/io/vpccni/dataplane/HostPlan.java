package io.vpccni.dataplane;

import io.vpccni.vpc.Ipv4Address;
import io.vpccni.vpc.Ipv4Cidr;
import io.vpccni.vpc.MacAddress;
import java.util.List;
import java.util.Optional;

/**
 * What the host needs before the first pod.
 *
 * @param primaryMac the link that is the node's primary interface
 * @param primaryAddress source address of what leaves the VPC
 * @param vpcCidrs networks of the VPC, which see the pods' own addresses
 * @param noSnatCidrs more such networks, as the user set them
 * @param vethPrefix how host ends of pods are named
 * @param mark bit that keeps a connection on the primary interface
 */
public record HostPlan(
        MacAddress primaryMac,
        Ipv4Address primaryAddress,
        List<Ipv4Cidr> vpcCidrs,
        List<Ipv4Cidr> noSnatCidrs,
        String vethPrefix,
        int mark,
        int eniMtu,
        boolean externalSnat,
        boolean nodePortSupport,
        String randomizeSnat) {

    public HostPlan {
        vpcCidrs = List.copyOf(vpcCidrs);
        noSnatCidrs = List.copyOf(noSnatCidrs);
    }

    /** The rule that keeps marked connections on the primary interface; empty where nothing is ever marked. */
    public Optional<PolicyRule> markRule() {
        return nodePortSupport || !externalSnat ? Optional.of(PolicyRule.marked(mark)) : Optional.empty();
    }
}
