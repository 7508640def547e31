package io.vpccni.emulator.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vpccni.emulator.EmulatedNode;
import io.vpccni.emulator.Emulator;
import io.vpccni.emulator.InProcess;
import io.vpccni.emulator.cloud.Attachment;
import io.vpccni.emulator.cloud.GroupRule;
import io.vpccni.emulator.cloud.NetworkInterface;
import io.vpccni.emulator.cloud.Peer;
import io.vpccni.emulator.cloud.SecurityGroup;
import io.vpccni.emulator.cloud.TrunkAssociation;
import io.vpccni.emulator.cloud.World;
import java.nio.file.Path;
import java.util.List;

/** The world as JSON, to look at. */
final class WorldJson {
    private WorldJson() {}

    static JsonNode write(Emulator emulator, InProcess core) {
        World world = core.cloud().world();
        ObjectNode node = nodes(emulator, emulator.nodes());
        node.put("region", world.region())
                .put("accountId", world.accountId())
                .put("ec2Endpoint", emulator.ec2Endpoint().toString())
                .put("adminEndpoint", emulator.adminEndpoint().toString())
                .put("outsideAddress", emulator.outsideAddress().orElse(null))
                .put("outsideIpv6Address", emulator.outsideIpv6Address().orElse(null));
        ArrayNode subnets = node.putArray("subnets");
        world.subnets()
                .values()
                .forEach(subnet -> subnets.addObject()
                        .put("subnetId", subnet.id())
                        .put("cidr", subnet.cidr().toString())
                        .put(
                                "ipv6Cidr",
                                subnet.ipv6Cidr() == null
                                        ? null
                                        : subnet.ipv6Cidr().toString())
                        .put("availabilityZone", subnet.availabilityZone())
                        .put("availableIpAddressCount", subnet.availableAddresses()));
        ArrayNode groups = node.putArray("securityGroups");
        world.groups().values().forEach(group -> write(groups.addObject(), group));
        ArrayNode interfaces = node.putArray("networkInterfaces");
        world.interfaces().values().forEach(eni -> write(interfaces.addObject(), eni));
        return node;
    }

    static ObjectNode nodes(Emulator emulator, List<EmulatedNode> all) {
        ObjectNode node = Json.object();
        ArrayNode nodes = node.putArray("nodes");
        all.forEach(one -> nodes.addObject()
                .put("name", one.name())
                .put("instanceId", one.instanceId())
                .put("instanceType", one.instanceType())
                .put("imdsEndpoint", one.imdsEndpoint().toString())
                .put(
                        "networkNamespace",
                        emulator.namespaceOf(one.name()).map(Path::toString).orElse(null)));
        return node;
    }

    private static void write(ObjectNode node, NetworkInterface eni) {
        node.put("networkInterfaceId", eni.id())
                .put("subnetId", eni.subnetId())
                .put("mac", eni.mac())
                .put("interfaceType", eni.interfaceType())
                .put("status", eni.status());
        texts(node.putArray("addresses"), eni.addresses());
        texts(node.putArray("prefixes"), eni.prefixes());
        texts(node.putArray("ipv6Addresses"), eni.ipv6Addresses());
        texts(node.putArray("ipv6Prefixes"), eni.ipv6Prefixes());
        texts(node.putArray("groupIds"), eni.groupIds());
        TrunkAssociation association = eni.association();
        if (association != null) {
            node.putObject("association")
                    .put("associationId", association.id())
                    .put("trunkInterfaceId", association.trunkEniId())
                    .put("vlanId", association.vlanId());
        }
        Attachment attachment = eni.attachment();
        if (attachment != null) {
            node.putObject("attachment")
                    .put("attachmentId", attachment.id())
                    .put("instanceId", attachment.instanceId())
                    .put("networkCard", attachment.networkCard())
                    .put("deviceIndex", attachment.deviceIndex())
                    .put("status", attachment.status().wireName());
        }
    }

    private static void write(ObjectNode node, SecurityGroup group) {
        node.put("groupId", group.id()).put("groupName", group.name());
        ArrayNode rules = node.putArray("rules");
        for (GroupRule rule : group.rules()) {
            String peer =
                    switch (rule.peer()) {
                        case Peer.Ipv4Range(var range) -> range.toString();
                        case Peer.Ipv6Range(var range) -> range.toString();
                        case Peer.Group(String id) -> id;
                    };
            rules.addObject()
                    .put("ruleId", rule.id())
                    .put("egress", rule.egress())
                    .put("protocol", rule.traffic().protocol())
                    .put("from", rule.traffic().from())
                    .put("to", rule.traffic().to())
                    .put("peer", peer);
        }
    }

    private static void texts(ArrayNode array, List<?> values) {
        values.forEach(value -> array.add(value.toString()));
    }
}
