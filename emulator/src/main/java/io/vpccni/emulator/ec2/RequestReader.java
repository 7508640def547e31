package io.vpccni.emulator.ec2;

import io.vpccni.emulator.cloud.AddressWish;
import io.vpccni.emulator.cloud.CloudError;
import io.vpccni.emulator.cloud.ConnectionTracking;
import io.vpccni.emulator.cloud.Ec2Request;
import io.vpccni.emulator.cloud.Ec2Request.ModifyNetworkInterfaceAttribute.AttachmentFlag;
import io.vpccni.emulator.cloud.Filter;
import io.vpccni.emulator.cloud.Query;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Forms to typed requests. Parameter names are those of the API reference, version 2016-11-15. */
final class RequestReader {
    private static final Map<String, Function<Form, Ec2Request>> ACTIONS = Map.ofEntries(
            Map.entry("DescribeInstances", form -> new Ec2Request.DescribeInstances(query(form, "InstanceId"))),
            Map.entry(
                    "DescribeInstanceTypes", form -> new Ec2Request.DescribeInstanceTypes(query(form, "InstanceType"))),
            Map.entry("DescribeSubnets", form -> new Ec2Request.DescribeSubnets(query(form, "SubnetId"))),
            Map.entry("DescribeVpcs", form -> new Ec2Request.DescribeVpcs(query(form, "VpcId"))),
            Map.entry("DescribeSecurityGroups", form -> new Ec2Request.DescribeSecurityGroups(query(form, "GroupId"))),
            Map.entry(
                    "DescribeNetworkInterfaces",
                    form -> new Ec2Request.DescribeNetworkInterfaces(query(form, "NetworkInterfaceId"))),
            Map.entry(
                    "DescribeSecurityGroupRules",
                    form -> new Ec2Request.DescribeSecurityGroupRules(query(form, "SecurityGroupRuleId"))),
            Map.entry(
                    "DescribeTrunkInterfaceAssociations",
                    form -> new Ec2Request.DescribeTrunkInterfaceAssociations(query(form, "AssociationId"))),
            Map.entry("AssociateTrunkInterface", RequestReader::associate),
            Map.entry(
                    "DisassociateTrunkInterface",
                    form -> new Ec2Request.DisassociateTrunkInterface(
                            form.need("AssociationId"), form.get("ClientToken"))),
            Map.entry(
                    "CreateNetworkInterfacePermission",
                    form -> new Ec2Request.CreateNetworkInterfacePermission(
                            form.need("NetworkInterfaceId"), form.need("AwsAccountId"), form.need("Permission"))),
            Map.entry(
                    "CreateSecurityGroup",
                    form -> new Ec2Request.CreateSecurityGroup(
                            form.need("GroupName"),
                            form.need("GroupDescription"),
                            form.need("VpcId"),
                            tagSpecifications(form, "security-group"))),
            Map.entry("DeleteSecurityGroup", form -> new Ec2Request.DeleteSecurityGroup(form.need("GroupId"))),
            Map.entry(
                    "AuthorizeSecurityGroupIngress",
                    form -> new Ec2Request.AuthorizeSecurityGroupIngress(form.need("GroupId"), RuleReader.rules(form))),
            Map.entry(
                    "AuthorizeSecurityGroupEgress",
                    form -> new Ec2Request.AuthorizeSecurityGroupEgress(form.need("GroupId"), RuleReader.rules(form))),
            Map.entry(
                    "RevokeSecurityGroupIngress",
                    form -> new Ec2Request.RevokeSecurityGroupIngress(
                            form.need("GroupId"), RuleReader.rules(form), form.list("SecurityGroupRuleId"))),
            Map.entry(
                    "RevokeSecurityGroupEgress",
                    form -> new Ec2Request.RevokeSecurityGroupEgress(
                            form.need("GroupId"), RuleReader.rules(form), form.list("SecurityGroupRuleId"))),
            Map.entry("DescribeTags", form -> new Ec2Request.DescribeTags(query(form, "ResourceId"))),
            Map.entry("CreateNetworkInterface", RequestReader::create),
            Map.entry(
                    "AttachNetworkInterface",
                    form -> new Ec2Request.AttachNetworkInterface(
                            form.need("NetworkInterfaceId"),
                            form.need("InstanceId"),
                            needNumber(form, "DeviceIndex"),
                            form.number("NetworkCardIndex", 0))),
            Map.entry(
                    "DetachNetworkInterface",
                    form -> new Ec2Request.DetachNetworkInterface(
                            form.need("AttachmentId"), form.flag("Force", false))),
            Map.entry(
                    "DeleteNetworkInterface",
                    form -> new Ec2Request.DeleteNetworkInterface(form.need("NetworkInterfaceId"))),
            Map.entry("ModifyNetworkInterfaceAttribute", RequestReader::modify),
            Map.entry(
                    "AssignPrivateIpAddresses",
                    form -> new Ec2Request.AssignPrivateIpAddresses(
                            form.need("NetworkInterfaceId"),
                            new AddressWish(
                                    form.list("PrivateIpAddress"),
                                    form.number("SecondaryPrivateIpAddressCount", 0),
                                    form.list("Ipv4Prefix"),
                                    form.number("Ipv4PrefixCount", 0)),
                            form.flag("AllowReassignment", false))),
            Map.entry(
                    "UnassignPrivateIpAddresses",
                    form -> new Ec2Request.UnassignPrivateIpAddresses(
                            form.need("NetworkInterfaceId"), form.list("PrivateIpAddress"), form.list("Ipv4Prefix"))),
            Map.entry(
                    "AssignIpv6Addresses",
                    form -> new Ec2Request.AssignIpv6Addresses(
                            form.need("NetworkInterfaceId"),
                            new AddressWish(
                                    form.list("Ipv6Addresses"),
                                    form.number("Ipv6AddressCount", 0),
                                    form.list("Ipv6Prefix"),
                                    form.number("Ipv6PrefixCount", 0)))),
            Map.entry(
                    "UnassignIpv6Addresses",
                    form -> new Ec2Request.UnassignIpv6Addresses(
                            form.need("NetworkInterfaceId"), form.list("Ipv6Addresses"), form.list("Ipv6Prefix"))),
            Map.entry("CreateTags", form -> new Ec2Request.CreateTags(form.list("ResourceId"), tags(form))),
            Map.entry("DeleteTags", form -> new Ec2Request.DeleteTags(form.list("ResourceId"), tags(form))));

    private RequestReader() {}

    static Set<String> actions() {
        return ACTIONS.keySet();
    }

    /** @throws CloudError InvalidAction, MissingParameter, InvalidParameterValue */
    static Ec2Request read(Form form) {
        String action = form.get("Action", "");
        Function<Form, Ec2Request> reader = ACTIONS.get(action);
        if (reader == null) {
            throw new CloudError("InvalidAction", "The action " + action + " is not valid for this web service.");
        }
        Ec2Request request = reader.apply(form);
        return form.flag("DryRun", false) ? new Ec2Request.DryRun(request) : request;
    }

    private static int needNumber(Form form, String name) {
        form.need(name);
        return form.number(name, 0);
    }

    private static Query query(Form form, String idName) {
        List<Filter> filters = form.members("Filter").stream()
                .map(member -> new Filter(member.need("Name"), member.list("Value")))
                .toList();
        return new Query(form.list(idName), filters, form.number("MaxResults"), form.get("NextToken"));
    }

    private static Map<String, String> tags(Form form) {
        Map<String, String> tags = new LinkedHashMap<>();
        for (Form tag : form.members("Tag")) {
            tags.put(tag.need("Key"), tag.get("Value", ""));
        }
        return tags;
    }

    private static Map<String, String> tagSpecifications(Form form, String resourceType) {
        Map<String, String> tags = new LinkedHashMap<>();
        for (Form specification : form.members("TagSpecification")) {
            if (!specification.need("ResourceType").equals(resourceType)) {
                throw new CloudError(
                        "InvalidParameterValue",
                        "'" + specification.get("ResourceType")
                                + "' is not a valid taggable resource type for this operation.");
            }
            tags.putAll(tags(specification));
        }
        return tags;
    }

    private static Ec2Request create(Form form) {
        List<Form> named = form.members("PrivateIpAddresses");
        @Nullable String primary = form.get("PrivateIpAddress");
        for (Form address : named) {
            if (address.flag("Primary", false)) {
                if (primary != null) {
                    throw new CloudError(
                            "InvalidParameterCombination", "Only one primary private IP address can be specified");
                }
                primary = address.need("PrivateIpAddress");
            }
        }
        return new Ec2Request.CreateNetworkInterface(
                form.need("SubnetId"),
                form.get("Description", ""),
                form.list("SecurityGroupId"),
                primary,
                new AddressWish(
                        named.stream()
                                .filter(address -> !address.flag("Primary", false))
                                .map(address -> address.need("PrivateIpAddress"))
                                .toList(),
                        form.number("SecondaryPrivateIpAddressCount", 0),
                        below(form, "Ipv4Prefix"),
                        form.number("Ipv4PrefixCount", 0)),
                new AddressWish(
                        below(form, "Ipv6Addresses", "Ipv6Address"),
                        form.number("Ipv6AddressCount", 0),
                        below(form, "Ipv6Prefix"),
                        form.number("Ipv6PrefixCount", 0)),
                form.get("InterfaceType", "interface"),
                new ConnectionTracking(
                        form.number("ConnectionTrackingSpecification.TcpEstablishedTimeout"),
                        form.number("ConnectionTrackingSpecification.UdpTimeout"),
                        form.number("ConnectionTrackingSpecification.UdpStreamTimeout")),
                tagSpecifications(form, "network-interface"),
                form.get("ClientToken"));
    }

    private static Ec2Request associate(Form form) {
        if (form.get("GreKey") != null) {
            throw new CloudError("UnsupportedOperation", "The emulator's trunks have VLANs, not GRE tunnels.");
        }
        return new Ec2Request.AssociateTrunkInterface(
                form.need("BranchInterfaceId"),
                form.need("TrunkInterfaceId"),
                needNumber(form, "VlanId"),
                form.get("ClientToken"));
    }

    private static List<String> below(Form form, String name) {
        return below(form, name, name);
    }

    private static List<String> below(Form form, String list, String field) {
        return form.members(list).stream().map(member -> member.need(field)).toList();
    }

    private static Ec2Request modify(Form form) {
        List<String> groups = form.list("SecurityGroupId");
        String attachment = form.get("Attachment.AttachmentId");
        return new Ec2Request.ModifyNetworkInterfaceAttribute(
                form.need("NetworkInterfaceId"),
                groups.isEmpty() ? null : groups,
                attachment == null
                        ? null
                        : new AttachmentFlag(attachment, form.flag("Attachment.DeleteOnTermination", false)),
                form.flag("SourceDestCheck.Value"),
                form.get("Description.Value"));
    }
}
