package io.vpccni.emulator.cloud;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A subnet; {@code availableAddresses} is what DescribeSubnets shows, without the five reserved ones. */
public record Subnet(
        String id,
        String vpcId,
        String availabilityZone,
        String zoneId,
        Ipv4Cidr cidr,
        @Nullable Ipv6Cidr ipv6Cidr,
        int availableAddresses,
        Map<String, String> tags) {

    /** What installers tag private subnets with, for load balancers that are to be inside of the VPC. */
    private static final String PRIVATE_TAG = "kubernetes.io/role/internal-elb";

    /** Whether its way to the internet is a NAT gateway, and not an internet gateway. */
    boolean isPrivate() {
        return tags.containsKey(PRIVATE_TAG);
    }

    /** Whether EC2 keeps an address of the range for itself: the first four and the last. */
    public boolean isReserved(Ipv4 address) {
        return cidr.contains(address)
                && SubnetSpace.isReserved(cidr, address.bits() - cidr.base().bits());
    }

    Subnet withAvailable(int next) {
        return new Subnet(id, vpcId, availabilityZone, zoneId, cidr, ipv6Cidr, next, tags);
    }

    Subnet withTags(Map<String, String> next) {
        return new Subnet(id, vpcId, availabilityZone, zoneId, cidr, ipv6Cidr, availableAddresses, next);
    }
}
