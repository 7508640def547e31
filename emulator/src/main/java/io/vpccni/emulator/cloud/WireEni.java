package io.vpccni.emulator.cloud;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the network must know of an ENI.
 *
 * @param interfaceType {@code interface}, {@code trunk}, {@code branch}, {@code efa} or {@code efa-only}
 * @param deviceIndex where it is attached; of a branch, where its trunk is
 * @param natGateway whether a NAT gateway leads from its subnet to the internet
 * @param addresses the primary address first
 */
public record WireEni(
        String eniId,
        String mac,
        String interfaceType,
        int deviceIndex,
        int networkCard,
        String subnetId,
        Ipv4Cidr subnetCidr,
        @Nullable Ipv6Cidr subnetIpv6Cidr,
        boolean natGateway,
        List<Ipv4> addresses,
        List<Ipv4Cidr> prefixes,
        List<Ipv6> ipv6Addresses,
        List<Ipv6Cidr> ipv6Prefixes,
        List<String> groupIds,
        boolean sourceDestCheck) {
    static WireEni of(NetworkInterface eni, Subnet subnet, Attachment place) {
        return new WireEni(
                eni.id(),
                eni.mac(),
                eni.interfaceType(),
                place.deviceIndex(),
                place.networkCard(),
                subnet.id(),
                subnet.cidr(),
                subnet.ipv6Cidr(),
                subnet.isPrivate(),
                eni.addresses(),
                eni.prefixes(),
                eni.ipv6Addresses(),
                eni.ipv6Prefixes(),
                eni.groupIds(),
                eni.sourceDestCheck());
    }

    public boolean isTrunkOrBranch() {
        return interfaceType.equals(NetworkInterface.TRUNK) || interfaceType.equals(NetworkInterface.BRANCH);
    }
}
