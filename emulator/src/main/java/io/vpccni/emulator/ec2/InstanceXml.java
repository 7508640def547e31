package io.vpccni.emulator.ec2;

import io.vpccni.emulator.cloud.Attachment;
import io.vpccni.emulator.cloud.Instance;
import io.vpccni.emulator.cloud.Ipv4;
import io.vpccni.emulator.cloud.NetworkInterface;
import io.vpccni.emulator.cloud.World;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The types Reservation and Instance of the API reference, as far as networking goes. */
final class InstanceXml {
    private InstanceXml() {}

    static void reservation(Xml xml, Instance instance, World world) {
        xml.put("reservationId", instance.reservationId())
                .put("ownerId", world.accountId())
                .list("instancesSet", List.of(instance), one -> write(xml, one, world));
    }

    private static void write(Xml xml, Instance instance, World world) {
        xml.put("instanceId", instance.id())
                .put("imageId", instance.amiId())
                .in("instanceState", () -> xml.put("code", 16).put("name", "running"))
                .put("instanceType", instance.type().name())
                .put("architecture", instance.type().architecture())
                .put("launchTime", instance.launchTime())
                .in(
                        "placement",
                        () -> xml.put("availabilityZone", instance.availabilityZone())
                                .put("tenancy", "default"))
                .put("subnetId", instance.subnetId())
                .put("vpcId", instance.vpcId())
                .put("sourceDestCheck", true)
                .put("hypervisor", "xen")
                .put("virtualizationType", "hvm")
                .put("rootDeviceType", "ebs");
        world.primaryInterface(instance.id())
                .ifPresent(eni -> xml.put("privateIpAddress", eni.primaryAddress())
                        .put("privateDnsName", InterfaceXml.privateDnsName(eni.primaryAddress(), world.region()))
                        .list("groupSet", eni.groupIds(), id -> group(xml, id, world)));
        xml.list("networkInterfaceSet", world.interfacesOf(instance.id()), eni -> eni(xml, eni, world));
        InterfaceXml.tags(xml, instance.tags());
    }

    private static void eni(Xml xml, NetworkInterface eni, World world) {
        Attachment attachment = Objects.requireNonNull(eni.attachment());
        @Nullable Ipv4 address = eni.efaOnly() ? null : eni.primaryAddress();
        xml.put("networkInterfaceId", eni.id())
                .put("subnetId", eni.subnetId())
                .put("vpcId", eni.vpcId())
                .put("description", eni.description())
                .put("ownerId", world.accountId())
                .put("status", eni.status())
                .put("macAddress", eni.mac())
                .put("privateIpAddress", address)
                .put("privateDnsName", address == null ? null : InterfaceXml.privateDnsName(address, world.region()))
                .put("sourceDestCheck", eni.sourceDestCheck())
                .put("interfaceType", eni.interfaceType())
                .list("groupSet", eni.groupIds(), id -> group(xml, id, world))
                .in(
                        "attachment",
                        () -> xml.put("attachmentId", attachment.id())
                                .put("deviceIndex", attachment.deviceIndex())
                                .put("networkCardIndex", attachment.networkCard())
                                .put("status", attachment.status().wireName())
                                .put("attachTime", attachment.attachTime())
                                .put("deleteOnTermination", attachment.deleteOnTermination()));
        InterfaceXml.addresses(xml, eni, world.region());
    }

    private static void group(Xml xml, String id, World world) {
        xml.put("groupId", id)
                .put("groupName", Objects.requireNonNull(world.groups().get(id)).name());
    }
}
