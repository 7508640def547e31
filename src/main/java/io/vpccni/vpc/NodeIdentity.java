package io.vpccni.vpc;

import java.util.List;

/**
 * Who this node is, as IMDS tells it at the start.
 *
 * @param securityGroups of the primary interface; new interfaces get the same
 * @param vpcCidrs IPv4 networks of the VPC; pods reach them without SNAT
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
        List<String> securityGroups,
        List<Ipv4Cidr> vpcCidrs) {

    public NodeIdentity {
        securityGroups = List.copyOf(securityGroups);
        vpcCidrs = List.copyOf(vpcCidrs);
    }
}
