package io.vpccni.dataplane;

import io.vpccni.vpc.IpFamily;
import io.vpccni.vpc.Ipv4Address;
import io.vpccni.vpc.Ipv4Cidr;
import io.vpccni.vpc.MacAddress;
import java.util.List;
import java.util.Optional;
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
 * @param mode of pods with security groups of their own; standard also where there are none
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
        boolean ipv6Egress,
        EnforcingMode mode) {

    public HostPlan {
        vpcCidrs = List.copyOf(vpcCidrs);
        noSnatCidrs = List.copyOf(noSnatCidrs);
        serviceCidrs = List.copyOf(serviceCidrs);
        if (family == IpFamily.IPV4 && !externalSnat && vpcCidrs.isEmpty() && noSnatCidrs.isEmpty()) {
            throw new IllegalArgumentException(
                    "exemptCIDRs cannot be empty: without a network of the VPC all traffic would be translated");
        }
    }

    /** The same in a VPC of these networks. */
    public HostPlan withVpcCidrs(List<Ipv4Cidr> others) {
        return with(others, randomizeSnat, mode);
    }

    /** The same with pods of this mode. */
    public HostPlan withMode(EnforcingMode other) {
        return with(vpcCidrs, randomizeSnat, other);
    }

    /** The same for programs of that version. */
    public HostPlan writtenBy(IptablesVersion version) {
        return with(vpcCidrs, version.randomPorts(randomizeSnat), mode);
    }

    private HostPlan with(List<Ipv4Cidr> vpcCidrs, String randomizeSnat, EnforcingMode mode) {
        return new HostPlan(
                family,
                primaryMac,
                primaryAddress,
                vpcCidrs,
                noSnatCidrs,
                serviceCidrs,
                vethPrefix,
                mark,
                eniMtu,
                externalSnat,
                nodePortSupport,
                randomizeSnat,
                ipv6Egress,
                mode);
    }

    /** Networks to which pods keep their own addresses. */
    List<Ipv4Cidr> exemptCidrs() {
        return Stream.concat(vpcCidrs.stream(), noSnatCidrs.stream()).toList();
    }

    /** The rule that keeps marked connections on the primary interface; empty where nothing is ever marked. */
    public Optional<PolicyRule> markRule() {
        return nodePortSupport || !externalSnat ? Optional.of(PolicyRule.marked(mark, family)) : Optional.empty();
    }

    /**
     * The rules of the host that are about no pod and no interface. While a strict pod lives, all of its traffic passes the VPC,
     * also on a node that makes no strict pods any more.
     */
    public HostRules rules(RoutingState found) {
        EnforcingMode mode = found.hasStrictPod() ? EnforcingMode.STRICT : this.mode;
        Stream<PolicyRule> toServices =
                switch (family) {
                    case IPV4 -> serviceCidrs.stream().map(PolicyRule::toService);
                    case IPV6 -> Stream.empty();
                };
        return new HostRules(Stream.of(PolicyRule.local(mode, family).stream(), markRule().stream(), toServices)
                .flatMap(rules -> rules)
                .collect(Collectors.toUnmodifiableSet()));
    }

    /** Whether the host passes on IPv6 packets of pods. */
    public boolean forwardsIpv6() {
        return family == IpFamily.IPV6 || ipv6Egress;
    }

    /** Keeps pods from each other in the family that they have for egress only. */
    public NodeLocalBlock nodeLocalBlock() {
        return switch (family) {
            case IPV4 -> new NodeLocalBlock(IpFamily.IPV6, ipv6Egress);
            case IPV6 -> new NodeLocalBlock(IpFamily.IPV4, true);
        };
    }
}
