package io.vpccni.ec2;

import io.vpccni.vpc.Eni;
import io.vpccni.vpc.EniId;
import io.vpccni.vpc.ForeignEni;
import io.vpccni.vpc.IpFamily;
import io.vpccni.vpc.Ipv4Address;
import io.vpccni.vpc.Ipv4Cidr;
import io.vpccni.vpc.Ipv6Address;
import io.vpccni.vpc.Ipv6Cidr;
import io.vpccni.vpc.MacAddress;
import io.vpccni.vpc.Slots;
import io.vpccni.vpc.SubnetId;
import java.util.Optional;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.ec2.model.NetworkInterface;
import software.amazon.awssdk.services.ec2.model.NetworkInterfaceAttachment;

/**
 * What EC2's description of an interface means for this node.
 *
 * @param family which addresses pods get: those of the other one are not looked at
 * @param everyCard whether interfaces on all network cards are used, not only those on card 0
 */
record DescribedEnis(
        EniOwnership ownership, Subnets subnets, Placements placements, IpFamily family, boolean everyCard) {

    private static final String TRUNK = "trunk";
    private static final String EFA = "efa";
    private static final String EFA_ONLY = "efa-only";

    /** A trunk carries branch interfaces and an EFA-only interface no addresses at all: neither is for ordinary pods. */
    boolean isOurs(NetworkInterface found) {
        String type = found.interfaceTypeAsString();
        return !TRUNK.equals(type)
                && !EFA_ONLY.equals(type)
                && (everyCard || cardOf(found.attachment()) == 0)
                && isTaggedOurs(found);
    }

    boolean isTaggedOurs(NetworkInterface found) {
        return ownership.isOurs(EniTags.map(found.tagSet()), isPrimary(found));
    }

    private static boolean isPrimary(NetworkInterface found) {
        return isPrimary(cardOf(found.attachment()), found.attachment().deviceIndex());
    }

    private static boolean isPrimary(int card, int deviceIndex) {
        return card == 0 && deviceIndex == 0;
    }

    private static int cardOf(NetworkInterfaceAttachment attachment) {
        return Optional.ofNullable(attachment.networkCardIndex()).orElse(0);
    }

    static ForeignEni foreign(NetworkInterface found) {
        return new ForeignEni(
                new EniId(found.networkInterfaceId()),
                cardOf(found.attachment()),
                found.attachment().deviceIndex(),
                EFA_ONLY.equals(found.interfaceTypeAsString()),
                TRUNK.equals(found.interfaceTypeAsString())
                        ? Optional.of(new ForeignEni.Trunk(
                                new MacAddress(found.macAddress()), new SubnetId(found.subnetId())))
                        : Optional.empty());
    }

    /** One that is attached. The facts of its subnet must be known. */
    Eni eni(NetworkInterface found) {
        return eni(found, cardOf(found.attachment()), found.attachment().deviceIndex());
    }

    /** One that is described as it was before it was attached. */
    Eni eni(NetworkInterface found, int card, int deviceIndex) {
        SubnetId subnet = new SubnetId(found.subnetId());
        return new Eni(
                new EniId(found.networkInterfaceId()),
                new MacAddress(found.macAddress()),
                card,
                deviceIndex,
                subnet,
                subnets.get(subnet).cidr(),
                Ipv4Address.parse(found.privateIpAddress()),
                ipv6(found),
                slots(found),
                placements.isExcluded(subnet, isPrimary(card, deviceIndex)),
                EFA.equals(found.interfaceTypeAsString()));
    }

    private Optional<Ipv6Address> ipv6(NetworkInterface found) {
        return switch (family) {
            case IPV4 -> Optional.empty();
            case IPV6 ->
                found.ipv6Addresses().stream().findFirst().map(address -> Ipv6Address.parse(address.ipv6Address()));
        };
    }

    private Slots slots(NetworkInterface found) {
        return switch (family) {
            case IPV4 ->
                Slots.of(
                        found.privateIpAddresses().stream()
                                .filter(address -> !address.primary())
                                .map(address -> Ipv4Address.parse(address.privateIpAddress()))
                                .collect(Collectors.toUnmodifiableSet()),
                        found.ipv4Prefixes().stream()
                                .map(prefix -> Ipv4Cidr.parse(prefix.ipv4Prefix()))
                                .collect(Collectors.toUnmodifiableSet()));
            case IPV6 ->
                Slots.ofPrefixes(found.ipv6Prefixes().stream()
                        .map(prefix -> Ipv6Cidr.parse(prefix.ipv6Prefix()))
                        .collect(Collectors.toUnmodifiableSet()));
        };
    }
}
