package io.vpccni.vpc;

import java.util.List;
import java.util.Optional;

/**
 * Who this node is, as IMDS tells it at the start.
 *
 * @param securityGroups of the primary interface; new interfaces get the same
 * @param ipv6 of the primary interface; empty in an IPv4 subnet
 * @param vpcCidrs IPv4 networks of the VPC; pods reach them without SNAT
 * @param vpcIpv6Cidrs IPv6 networks of the VPC
 */
public record NodeIdentity(
        String instanceId,
        String instanceType,
        String region,
        String availabilityZone,
        String vpcId,
        SubnetId subnet,
        MacAddress primaryMac,
        Ipv4Address primaryAddress,
        Optional<Ipv6Address> ipv6,
        List<String> securityGroups,
        List<Ipv4Cidr> vpcCidrs,
        List<Ipv6Cidr> vpcIpv6Cidrs) {

    public NodeIdentity {
        securityGroups = List.copyOf(securityGroups);
        vpcCidrs = List.copyOf(vpcCidrs);
        vpcIpv6Cidrs = List.copyOf(vpcIpv6Cidrs);
    }
}
