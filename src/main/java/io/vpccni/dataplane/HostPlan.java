package io.vpccni.dataplane;

import io.vpccni.vpc.IpFamily;
import io.vpccni.vpc.Ipv4Address;
import io.vpccni.vpc.Ipv4Cidr;
import io.vpccni.vpc.MacAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the host needs before the first pod.
 *
 * @param family what pods have addresses of
 * @param primaryMac the link that is the node's primary interface
 * @param primaryAddress source address of what leaves the VPC
 * @param vpcCidrs networks of the VPC, which see the pods' own addresses
 * @param noSnatCidrs more such networks, as the user set them
 * @param serviceCidrs networks that pods of every interface reach by the routes of the primary one; IPv4 nodes only
 * @param vethPrefix how host ends of pods are named
 * @param mark bit that keeps a connection on the primary interface
 * @param ipv6Egress whether pods of an IPv4 node have IPv6 too, to reach the internet and nothing else
 */
public record HostPlan(
        IpFamily family,
        MacAddress primaryMac,
        Ipv4Address primaryAddress,
        List<Ipv4Cidr> vpcCidrs,
        List<Ipv4Cidr> noSnatCidrs,
        List<Ipv4Cidr> serviceCidrs,
        String vethPrefix,
        int mark,
        int eniMtu,
        boolean externalSnat,
        boolean nodePortSupport,
        String randomizeSnat,
        boolean ipv6Egress) {

    public HostPlan {
        vpcCidrs = List.copyOf(vpcCidrs);
        noSnatCidrs = List.copyOf(noSnatCidrs);
        serviceCidrs = List.copyOf(serviceCidrs);
    }

    /** The rule that keeps marked connections on the primary interface; empty where nothing is ever marked. */
    public Optional<PolicyRule> markRule() {
        return nodePortSupport || !externalSnat ? Optional.of(PolicyRule.marked(mark, family)) : Optional.empty();
    }

    /** All rules of the host that are about no pod and no interface. */
    public Set<PolicyRule> rules() {
        Stream<PolicyRule> toServices =
                switch (family) {
                    case IPV4 -> serviceCidrs.stream().map(PolicyRule::toService);
                    case IPV6 -> Stream.empty();
                };
        return Stream.concat(markRule().stream(), toServices).collect(Collectors.toUnmodifiableSet());
    }

    /** Whether the host passes on IPv6 packets of pods. */
    public boolean forwardsIpv6() {
        return family == IpFamily.IPV6 || ipv6Egress;
    }

    /** Keeps pods from each other in the family that they have for egress only; empty where none may have one. */
    public Optional<NodeLocalBlock> nodeLocalBlock() {
        return switch (family) {
            case IPV4 -> ipv6Egress ? Optional.of(new NodeLocalBlock(IpFamily.IPV6, true)) : Optional.empty();
            case IPV6 -> Optional.of(new NodeLocalBlock(IpFamily.IPV4, true));
        };
    }
}
