package io.vpccni.emulator.cloud;

import io.vpccni.emulator.cloud.Ec2Result.GroupsRule;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What each filter name means, from the API reference of each Describe action; null for a name that is not known. */
final class Attributes {
    private Attributes() {}

    static @Nullable List<String> of(World world, NetworkInterface eni, String name) {
        return switch (name) {
            case "network-interface-id" -> List.of(eni.id());
            case "subnet-id" -> List.of(eni.subnetId());
            case "vpc-id" -> List.of(eni.vpcId());
            case "availability-zone" -> List.of(eni.availabilityZone());
            case "description" -> List.of(eni.description());
            case "interface-type" -> List.of(eni.interfaceType());
            case "mac-address" -> List.of(eni.mac());
            case "owner-id" -> List.of(world.accountId());
            case "status" -> List.of(eni.status());
            case "source-dest-check" -> List.of(Boolean.toString(eni.sourceDestCheck()));
            case "requester-managed" -> List.of("false");
            case "requester-id" -> List.of();
            case "group-id" -> eni.groupIds();
            case "group-name" ->
                eni.groupIds().stream()
                        .map(id ->
                                Objects.requireNonNull(world.groups().get(id)).name())
                        .toList();
            case "private-ip-address" -> texts(eni.addresses().stream().limit(1).toList());
            case "addresses.private-ip-address" -> texts(eni.addresses());
            case "addresses.primary" ->
                List.of("true", "false").subList(0, Math.min(2, eni.addresses().size()));
            case "ipv6-addresses.ipv6-address" -> texts(eni.ipv6Addresses());
            case "attachment.attachment-id" -> ofAttachment(eni, Attachment::id);
            case "attachment.instance-id" -> ofAttachment(eni, Attachment::instanceId);
            case "attachment.instance-owner-id" -> ofAttachment(eni, attachment -> world.accountId());
            case "attachment.device-index" -> ofAttachment(eni, one -> Integer.toString(one.deviceIndex()));
            case "attachment.status" -> ofAttachment(eni, one -> one.status().wireName());
            case "attachment.delete-on-termination" ->
                ofAttachment(eni, one -> Boolean.toString(one.deleteOnTermination()));
            default -> ofTags(eni.tags(), name);
        };
    }

    static @Nullable List<String> of(World world, Instance instance, String name) {
        return switch (name) {
            case "instance-id" -> List.of(instance.id());
            case "instance-type" -> List.of(instance.type().name());
            case "instance-state-name" -> List.of("running");
            case "instance-state-code" -> List.of("16");
            case "subnet-id" -> List.of(instance.subnetId());
            case "vpc-id" -> List.of(instance.vpcId());
            case "availability-zone" -> List.of(instance.availabilityZone());
            case "image-id" -> List.of(instance.amiId());
            case "owner-id" -> List.of(world.accountId());
            case "reservation-id" -> List.of(instance.reservationId());
            case "private-ip-address" ->
                world.primaryInterface(instance.id()).stream()
                        .map(eni -> eni.primaryAddress().toString())
                        .toList();
            case "network-interface.network-interface-id" ->
                world.interfacesOf(instance.id()).stream()
                        .map(NetworkInterface::id)
                        .toList();
            default -> ofTags(instance.tags(), name);
        };
    }

    static @Nullable List<String> of(World world, Subnet subnet, String name) {
        return switch (name) {
            case "subnet-id" -> List.of(subnet.id());
            case "vpc-id" -> List.of(subnet.vpcId());
            case "availability-zone", "availabilityZone" -> List.of(subnet.availabilityZone());
            case "availability-zone-id", "availabilityZoneId" -> List.of(subnet.zoneId());
            case "available-ip-address-count" -> List.of(Integer.toString(subnet.availableAddresses()));
            case "cidr-block", "cidr", "cidrBlock" -> List.of(subnet.cidr().toString());
            case "ipv6-cidr-block-association.ipv6-cidr-block" ->
                subnet.ipv6Cidr() == null
                        ? List.of()
                        : List.of(subnet.ipv6Cidr().toString());
            case "state" -> List.of("available");
            case "default-for-az", "defaultForAz" -> List.of("false");
            case "owner-id" -> List.of(world.accountId());
            default -> ofTags(subnet.tags(), name);
        };
    }

    static @Nullable List<String> of(World world, Vpc vpc, String name) {
        return switch (name) {
            case "vpc-id" -> List.of(vpc.id());
            case "cidr" -> List.of(vpc.cidrs().getFirst().toString());
            case "cidr-block-association.cidr-block" -> texts(vpc.cidrs());
            case "ipv6-cidr-block-association.ipv6-cidr-block" -> texts(vpc.ipv6Cidrs());
            case "state" -> List.of("available");
            case "is-default", "isDefault" -> List.of("false");
            case "owner-id" -> List.of(world.accountId());
            default -> ofTags(vpc.tags(), name);
        };
    }

    static @Nullable List<String> of(World world, SecurityGroup group, String name) {
        return switch (name) {
            case "group-id" -> List.of(group.id());
            case "group-name" -> List.of(group.name());
            case "vpc-id" -> List.of(group.vpcId());
            case "description" -> List.of(group.description());
            case "owner-id" -> List.of(world.accountId());
            default -> ofTags(group.tags(), name);
        };
    }

    static @Nullable List<String> of(GroupsRule one, String name) {
        return switch (name) {
            case "group-id" -> List.of(one.group().id());
            case "security-group-rule-id" -> List.of(one.rule().id());
            default -> ofTags(Map.of(), name);
        };
    }

    /** Of the association that a branch has. */
    static @Nullable List<String> ofAssociation(NetworkInterface branch, String name) {
        TrunkAssociation association = Objects.requireNonNull(branch.association());
        return switch (name) {
            case "trunk-interface-association.association-id" -> List.of(association.id());
            case "trunk-interface-association.trunk-interface-id" -> List.of(association.trunkEniId());
            case "trunk-interface-association.branch-interface-id" -> List.of(branch.id());
            case "trunk-interface-association.interface-protocol" -> List.of("VLAN");
            default -> null;
        };
    }

    static @Nullable List<String> of(InstanceType type, String name) {
        return switch (name) {
            case "instance-type" -> List.of(type.name());
            case "bare-metal" -> List.of(Boolean.toString(type.bareMetal()));
            case "current-generation" -> List.of("true");
            case "hypervisor" -> type.bareMetal() ? List.of() : List.of("nitro");
            case "processor-info.supported-architecture" -> List.of(type.architecture());
            case "network-info.maximum-network-interfaces" -> List.of(Integer.toString(type.interfaces()));
            case "network-info.maximum-network-cards" ->
                List.of(Integer.toString(type.cards().size()));
            case "network-info.efa-supported" -> List.of(Boolean.toString(type.efaInterfaces() > 0));
            case "network-info.efa-info.maximum-efa-interfaces" ->
                type.efaInterfaces() == 0 ? List.of() : List.of(Integer.toString(type.efaInterfaces()));
            case "network-info.ipv4-addresses-per-interface" -> List.of(Integer.toString(type.addresses()));
            case "network-info.ipv6-addresses-per-interface" -> List.of(Integer.toString(type.addresses()));
            case "network-info.ipv6-supported" -> List.of("true");
            default -> null;
        };
    }

    static @Nullable List<String> of(Ec2Result.Tag tag, String name) {
        return switch (name) {
            case "resource-id" -> List.of(tag.resourceId());
            case "resource-type" -> List.of(tag.resourceType());
            case "key", "tag-key" -> List.of(tag.key());
            case "value", "tag-value" -> List.of(tag.value());
            default ->
                name.equals("tag:" + tag.key()) ? List.of(tag.value()) : name.startsWith("tag:") ? List.of() : null;
        };
    }

    private static @Nullable List<String> ofTags(Map<String, String> tags, String name) {
        if (name.equals("tag-key")) {
            return List.copyOf(tags.keySet());
        }
        if (!name.startsWith("tag:")) {
            return null;
        }
        String value = tags.get(name.substring("tag:".length()));
        return value == null ? List.of() : List.of(value);
    }

    private static List<String> ofAttachment(NetworkInterface eni, Function<Attachment, String> attribute) {
        Attachment attachment = eni.attachment();
        return attachment == null ? List.of() : List.of(attribute.apply(attachment));
    }

    private static List<String> texts(List<?> values) {
        return values.stream().map(String::valueOf).toList();
    }
}
