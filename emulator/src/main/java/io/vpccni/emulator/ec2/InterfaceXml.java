package io.vpccni.emulator.ec2;

import io.vpccni.emulator.cloud.Attachment;
import io.vpccni.emulator.cloud.ConnectionTracking;
import io.vpccni.emulator.cloud.Ipv4;
import io.vpccni.emulator.cloud.NetworkInterface;
import io.vpccni.emulator.cloud.World;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The type NetworkInterface of the API reference. */
final class InterfaceXml {
    private InterfaceXml() {}

    static void write(Xml xml, NetworkInterface eni, World world) {
        @Nullable Ipv4 address = eni.efaOnly() ? null : eni.primaryAddress();
        xml.put("networkInterfaceId", eni.id())
                .put("subnetId", eni.subnetId())
                .put("vpcId", eni.vpcId())
                .put("availabilityZone", eni.availabilityZone())
                .put("availabilityZoneId", world.subnetOf(eni).zoneId())
                .put("description", eni.description())
                .put("ownerId", world.accountId())
                .put("requesterManaged", false)
                .put("status", eni.status())
                .put("macAddress", eni.mac())
                .put("privateIpAddress", address)
                .put("privateDnsName", address == null ? null : privateDnsName(address, world.region()))
                .put("sourceDestCheck", eni.sourceDestCheck())
                .put("interfaceType", eni.interfaceType())
                .list(
                        "groupSet",
                        eni.groupIds(),
                        id -> xml.put("groupId", id)
                                .put(
                                        "groupName",
                                        Objects.requireNonNull(world.groups().get(id))
                                                .name()));
        Attachment attachment = eni.attachment();
        if (attachment != null) {
            xml.in(
                    "attachment",
                    () -> xml.put("instanceId", attachment.instanceId())
                            .put("instanceOwnerId", world.accountId())
                            .put("attachmentId", attachment.id())
                            .put("deviceIndex", attachment.deviceIndex())
                            .put("networkCardIndex", attachment.networkCard())
                            .put("status", attachment.status().wireName())
                            .put("attachTime", attachment.attachTime())
                            .put("deleteOnTermination", attachment.deleteOnTermination()));
        }
        addresses(xml, eni, world.region());
        ConnectionTracking tracking = eni.tracking();
        if (!tracking.equals(ConnectionTracking.DEFAULT)) {
            xml.in(
                    "connectionTrackingConfiguration",
                    () -> xml.put("tcpEstablishedTimeout", tracking.tcpEstablishedSeconds())
                            .put("udpTimeout", tracking.udpSeconds())
                            .put("udpStreamTimeout", tracking.udpStreamSeconds()));
        }
        tags(xml, eni.tags());
    }

    static void addresses(Xml xml, NetworkInterface eni, String region) {
        xml.list(
                        "privateIpAddressesSet",
                        eni.addresses(),
                        address -> xml.put("privateIpAddress", address)
                                .put("privateDnsName", privateDnsName(address, region))
                                .put("primary", address.equals(eni.primaryAddress())))
                .list("ipv4PrefixSet", eni.prefixes(), prefix -> xml.put("ipv4Prefix", prefix))
                .list(
                        "ipv6AddressesSet",
                        eni.ipv6Addresses(),
                        address -> xml.put("ipv6Address", address).put("isPrimaryIpv6", false))
                .list("ipv6PrefixSet", eni.ipv6Prefixes(), prefix -> xml.put("ipv6Prefix", prefix));
    }

    static void tags(Xml xml, Map<String, String> tags) {
        xml.list(
                "tagSet",
                new TreeMap<>(tags).entrySet(),
                tag -> xml.put("key", tag.getKey()).put("value", tag.getValue()));
    }

    /** The IP-based host name, {@code ip-10-0-0-5.us-west-2.compute.internal}. */
    static String privateDnsName(Ipv4 address, String region) {
        String domain = region.equals("us-east-1") ? "ec2.internal" : region + ".compute.internal";
        return "ip-" + address.toString().replace('.', '-') + "." + domain;
    }
}
