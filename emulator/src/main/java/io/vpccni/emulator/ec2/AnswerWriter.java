package io.vpccni.emulator.ec2;

import io.vpccni.emulator.cloud.CloudError;
import io.vpccni.emulator.cloud.Ec2Result;
import io.vpccni.emulator.cloud.InstanceType;
import io.vpccni.emulator.cloud.NetworkInterface;
import io.vpccni.emulator.cloud.SecurityGroup;
import io.vpccni.emulator.cloud.Subnet;
import io.vpccni.emulator.cloud.TrunkAssociation;
import io.vpccni.emulator.cloud.Vpc;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/** Results to XML. Element names are those of the API reference, version 2016-11-15. */
final class AnswerWriter {
    private static final String NAMESPACE = "http://ec2.amazonaws.com/doc/2016-11-15/";

    private AnswerWriter() {}

    static String error(CloudError error, String requestId) {
        return Xml.document(
                "Response",
                null,
                xml -> xml.in(
                                "Errors",
                                () -> xml.in(
                                        "Error",
                                        () -> xml.put("Code", error.code()).put("Message", error.text())))
                        .put("RequestID", requestId));
    }

    static String answer(String action, String requestId, Ec2Result result, String accountId) {
        return Xml.document(action + "Response", NAMESPACE, xml -> {
            xml.put("requestId", requestId);
            body(xml, result, accountId);
        });
    }

    private static void body(Xml xml, Ec2Result result, String accountId) {
        switch (result) {
            case Ec2Result.Instances page ->
                xml.list("reservationSet", page.instances(), one -> InstanceXml.reservation(xml, one, page.world()))
                        .put("nextToken", page.nextToken());
            case Ec2Result.Types page ->
                xml.list("instanceTypeSet", page.types(), one -> type(xml, one)).put("nextToken", page.nextToken());
            case Ec2Result.Subnets page ->
                xml.list("subnetSet", page.subnets(), one -> subnet(xml, one, accountId))
                        .put("nextToken", page.nextToken());
            case Ec2Result.Vpcs page ->
                xml.list("vpcSet", page.vpcs(), one -> vpc(xml, one, accountId)).put("nextToken", page.nextToken());
            case Ec2Result.Groups page ->
                xml.list("securityGroupInfo", page.groups(), one -> GroupXml.group(xml, one, accountId))
                        .put("nextToken", page.nextToken());
            case Ec2Result.Interfaces page ->
                xml.list("networkInterfaceSet", page.interfaces(), one -> InterfaceXml.write(xml, one, page.world()))
                        .put("nextToken", page.nextToken());
            case Ec2Result.Associations page ->
                xml.list("interfaceAssociationSet", page.branches(), one -> association(xml, one))
                        .put("nextToken", page.nextToken());
            case Ec2Result.GroupRules page ->
                xml.put("return", true)
                        .list("securityGroupRuleSet", page.rules(), one -> GroupXml.rule(xml, one, accountId))
                        .put("nextToken", page.nextToken());
            case Ec2Result.GroupRulesRevoked revoked ->
                xml.put("return", true)
                        .list("revokedSecurityGroupRuleSet", revoked.rules(), one -> GroupXml.revoked(xml, one));
            case Ec2Result.GroupCreated created -> {
                SecurityGroup group = created.group();
                xml.put("return", true)
                        .put("groupId", group.id())
                        .put(
                                "securityGroupArn",
                                "arn:aws:ec2:%s:%s:security-group/%s"
                                        .formatted(created.region(), accountId, group.id()));
                InterfaceXml.tags(xml, group.tags());
            }
            case Ec2Result.GroupDeleted deleted -> xml.put("return", true).put("groupId", deleted.groupId());
            case Ec2Result.Associated associated ->
                xml.in("interfaceAssociation", () -> association(xml, associated.branch()))
                        .put("clientToken", associated.clientToken());
            case Ec2Result.Disassociated disassociated ->
                xml.put("return", true).put("clientToken", disassociated.clientToken());
            case Ec2Result.Permitted permitted ->
                xml.in(
                        "interfacePermission",
                        () -> xml.put("networkInterfacePermissionId", permitted.permissionId())
                                .put("networkInterfaceId", permitted.eniId())
                                .put("awsAccountId", permitted.accountId())
                                .put("permission", permitted.permission())
                                .in("permissionState", () -> xml.put("state", "granted")));
            case Ec2Result.Tags page ->
                xml.list(
                                "tagSet",
                                page.tags(),
                                tag -> xml.put("resourceId", tag.resourceId())
                                        .put("resourceType", tag.resourceType())
                                        .put("key", tag.key())
                                        .put("value", tag.value()))
                        .put("nextToken", page.nextToken());
            case Ec2Result.Created created ->
                xml.in("networkInterface", () -> InterfaceXml.write(xml, created.eni(), created.world()))
                        .put("clientToken", created.clientToken());
            case Ec2Result.Attached attached ->
                xml.put("attachmentId", attached.attachmentId()).put("networkCardIndex", attached.networkCard());
            case Ec2Result.AssignedIpv4 assigned ->
                xml.put("networkInterfaceId", assigned.eniId())
                        .list(
                                "assignedPrivateIpAddressesSet",
                                assigned.addresses(),
                                one -> xml.put("privateIpAddress", one))
                        .list("assignedIpv4PrefixSet", assigned.prefixes(), one -> xml.put("ipv4Prefix", one))
                        .put("return", true);
            case Ec2Result.AssignedIpv6 assigned ->
                xml.put("networkInterfaceId", assigned.eniId())
                        .texts("assignedIpv6Addresses", assigned.addresses())
                        .texts("assignedIpv6PrefixSet", assigned.prefixes());
            case Ec2Result.UnassignedIpv6 unassigned ->
                xml.put("networkInterfaceId", unassigned.eniId())
                        .texts("unassignedIpv6Addresses", unassigned.addresses())
                        .texts("unassignedIpv6PrefixSet", unassigned.prefixes());
            case Ec2Result.Done _ -> xml.put("return", true);
        }
    }

    private static void association(Xml xml, NetworkInterface branch) {
        TrunkAssociation association = Objects.requireNonNull(branch.association());
        xml.put("associationId", association.id())
                .put("branchInterfaceId", branch.id())
                .put("trunkInterfaceId", association.trunkEniId())
                .put("interfaceProtocol", "VLAN")
                .put("vlanId", association.vlanId());
    }

    private static void type(Xml xml, InstanceType type) {
        xml.put("instanceType", type.name())
                .put("currentGeneration", true)
                .put("bareMetal", type.bareMetal())
                .put("hypervisor", type.bareMetal() ? null : "nitro")
                .in("processorInfo", () -> xml.texts("supportedArchitectures", List.of(type.architecture())))
                .in("networkInfo", () -> network(xml, type));
    }

    private static void network(Xml xml, InstanceType type) {
        List<Integer> cards = IntStream.range(0, type.cards().size()).boxed().toList();
        xml.put("maximumNetworkInterfaces", type.interfaces())
                .put("maximumNetworkCards", type.cards().size())
                .put("defaultNetworkCardIndex", 0)
                .list(
                        "networkCards",
                        cards,
                        card -> xml.put("networkCardIndex", card)
                                .put("maximumNetworkInterfaces", type.cards().get(card)))
                .put("ipv4AddressesPerInterface", type.addresses())
                .put("ipv6AddressesPerInterface", type.addresses())
                .put("ipv6Supported", true)
                .put("enaSupport", "required")
                .put("efaSupported", type.efaInterfaces() > 0);
        if (type.efaInterfaces() > 0) {
            xml.in("efaInfo", () -> xml.put("maximumEfaInterfaces", type.efaInterfaces()));
        }
    }

    private static void subnet(Xml xml, Subnet subnet, String accountId) {
        xml.put("subnetId", subnet.id())
                .put(
                        "subnetArn",
                        "arn:aws:ec2:%s:%s:subnet/%s"
                                .formatted(regionOf(subnet.availabilityZone()), accountId, subnet.id()))
                .put("state", "available")
                .put("ownerId", accountId)
                .put("vpcId", subnet.vpcId())
                .put("cidrBlock", subnet.cidr())
                .list(
                        "ipv6CidrBlockAssociationSet",
                        subnet.ipv6Cidr() == null ? List.of() : List.of(subnet.ipv6Cidr()),
                        range -> xml.put("ipv6CidrBlock", range)
                                .put("associationId", subnet.id().replace("subnet-", "subnet-cidr-assoc-"))
                                .in("ipv6CidrBlockState", () -> xml.put("state", "associated")))
                .put("availableIpAddressCount", subnet.availableAddresses())
                .put("availabilityZone", subnet.availabilityZone())
                .put("availabilityZoneId", subnet.zoneId())
                .put("defaultForAz", false)
                .put("mapPublicIpOnLaunch", false)
                .put("assignIpv6AddressOnCreation", false);
        InterfaceXml.tags(xml, subnet.tags());
    }

    private static String regionOf(String availabilityZone) {
        return availabilityZone.substring(0, availabilityZone.length() - 1);
    }

    private static void vpc(Xml xml, Vpc vpc, String accountId) {
        String association = vpc.id().replace("vpc-", "vpc-cidr-assoc-");
        xml.put("vpcId", vpc.id())
                .put("ownerId", accountId)
                .put("state", "available")
                .put("cidrBlock", vpc.cidrs().getFirst())
                .list(
                        "cidrBlockAssociationSet",
                        vpc.cidrs(),
                        range -> xml.put("cidrBlock", range)
                                .put("associationId", association)
                                .in("cidrBlockState", () -> xml.put("state", "associated")))
                .list(
                        "ipv6CidrBlockAssociationSet",
                        vpc.ipv6Cidrs(),
                        range -> xml.put("ipv6CidrBlock", range)
                                .put("associationId", association)
                                .in("ipv6CidrBlockState", () -> xml.put("state", "associated")))
                .put("instanceTenancy", "default")
                .put("isDefault", false);
        InterfaceXml.tags(xml, vpc.tags());
    }
}
