package io.vpccni.emulator.cloud;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An ENI.
 *
 * @param interfaceType {@code interface}, {@code efa}, {@code efa-only}, {@code trunk} or {@code branch}
 * @param addresses the primary address first, then the secondary ones in the order in which they came; empty only on an
 *     ENI that is {@link #efaOnly}
 * @param attachment null while the ENI is on no instance
 * @param association null while the ENI is no branch; a branch has no attachment
 */
public record NetworkInterface(
        String id,
        String subnetId,
        String vpcId,
        String availabilityZone,
        String mac,
        String description,
        String interfaceType,
        boolean sourceDestCheck,
        List<String> groupIds,
        List<Ipv4> addresses,
        List<Ipv4Cidr> prefixes,
        List<Ipv6> ipv6Addresses,
        List<Ipv6Cidr> ipv6Prefixes,
        ConnectionTracking tracking,
        Map<String, String> tags,
        @Nullable Attachment attachment,
        @Nullable TrunkAssociation association) {
    public static final String EFA = "efa";
    public static final String EFA_ONLY = "efa-only";
    public static final String TRUNK = "trunk";
    public static final String BRANCH = "branch";
    public static final String ORDINARY = "interface";

    /** @throws java.util.NoSuchElementException for an ENI that is {@link #efaOnly} */
    public Ipv4 primaryAddress() {
        return addresses.getFirst();
    }

    /** Its only device is an Elastic Fabric Adapter: no IP addresses, and no link in the guest. */
    public boolean efaOnly() {
        return interfaceType.equals(EFA_ONLY);
    }

    /** The guest has a link for it. */
    public boolean hasLink() {
        return attachment != null && attachment.onWire() && !efaOnly();
    }

    /** It has an Elastic Fabric Adapter, alone or beside the ordinary device. */
    public boolean hasEfa() {
        return interfaceType.equals(EFA) || efaOnly();
    }

    /** {@code available} or {@code in-use}. */
    public String status() {
        return attachment == null && association == null ? "available" : "in-use";
    }

    public boolean isTrunk() {
        return interfaceType.equals(TRUNK);
    }

    int ipv4Slots() {
        return addresses.size() + prefixes.size();
    }

    int ipv6Slots() {
        return ipv6Addresses.size() + ipv6Prefixes.size();
    }

    public NetworkInterface withAttachment(@Nullable Attachment next) {
        return new NetworkInterface(
                id,
                subnetId,
                vpcId,
                availabilityZone,
                mac,
                description,
                interfaceType,
                sourceDestCheck,
                groupIds,
                addresses,
                prefixes,
                ipv6Addresses,
                ipv6Prefixes,
                tracking,
                tags,
                next,
                association);
    }

    /** An ordinary ENI shows as a branch while it is one. */
    NetworkInterface withAssociation(@Nullable TrunkAssociation next) {
        return new NetworkInterface(
                id,
                subnetId,
                vpcId,
                availabilityZone,
                mac,
                description,
                next == null ? ORDINARY : BRANCH,
                sourceDestCheck,
                groupIds,
                addresses,
                prefixes,
                ipv6Addresses,
                ipv6Prefixes,
                tracking,
                tags,
                attachment,
                next);
    }

    NetworkInterface withTags(Map<String, String> next) {
        return new NetworkInterface(
                id,
                subnetId,
                vpcId,
                availabilityZone,
                mac,
                description,
                interfaceType,
                sourceDestCheck,
                groupIds,
                addresses,
                prefixes,
                ipv6Addresses,
                ipv6Prefixes,
                tracking,
                next,
                attachment,
                association);
    }

    NetworkInterface withAttributes(String nextDescription, boolean nextCheck, List<String> nextGroups) {
        return new NetworkInterface(
                id,
                subnetId,
                vpcId,
                availabilityZone,
                mac,
                nextDescription,
                interfaceType,
                nextCheck,
                nextGroups,
                addresses,
                prefixes,
                ipv6Addresses,
                ipv6Prefixes,
                tracking,
                tags,
                attachment,
                association);
    }

    public NetworkInterface withIpv4(List<Ipv4> nextAddresses, List<Ipv4Cidr> nextPrefixes) {
        return new NetworkInterface(
                id,
                subnetId,
                vpcId,
                availabilityZone,
                mac,
                description,
                interfaceType,
                sourceDestCheck,
                groupIds,
                List.copyOf(nextAddresses),
                List.copyOf(nextPrefixes),
                ipv6Addresses,
                ipv6Prefixes,
                tracking,
                tags,
                attachment,
                association);
    }

    public NetworkInterface withIpv6(List<Ipv6> nextAddresses, List<Ipv6Cidr> nextPrefixes) {
        return new NetworkInterface(
                id,
                subnetId,
                vpcId,
                availabilityZone,
                mac,
                description,
                interfaceType,
                sourceDestCheck,
                groupIds,
                addresses,
                prefixes,
                List.copyOf(nextAddresses),
                List.copyOf(nextPrefixes),
                tracking,
                tags,
                attachment,
                association);
    }

    NetworkInterface plusIpv4(List<Ipv4> more, List<Ipv4Cidr> morePrefixes) {
        return withIpv4(joined(addresses, more), joined(prefixes, morePrefixes));
    }

    NetworkInterface plusIpv6(List<Ipv6> more, List<Ipv6Cidr> morePrefixes) {
        return withIpv6(joined(ipv6Addresses, more), joined(ipv6Prefixes, morePrefixes));
    }

    private static <T> List<T> joined(List<T> first, List<T> second) {
        List<T> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }
}
