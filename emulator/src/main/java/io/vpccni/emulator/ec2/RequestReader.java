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

    /** @throws CloudError InvalidAction, MissingParameter, InvalidParameterValue, DryRunOperation */
    static Ec2Request read(Form form) {
        String action = form.get("Action", "");
        Function<Form, Ec2Request> reader = ACTIONS.get(action);
        if (reader == null) {
            throw new CloudError("InvalidAction", "The action " + action + " is not valid for this web service.");
        }
        Ec2Request request = reader.apply(form);
        if (form.flag("DryRun", false)) {
            throw new CloudError("DryRunOperation", "Request would have succeeded, but DryRun flag is set.");
        }
        return request;
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
        Map<String, String> tags = new LinkedHashMap<>();
        for (Form specification : form.members("TagSpecification")) {
            if (!specification.need("ResourceType").equals("network-interface")) {
                throw new CloudError(
                        "InvalidParameterValue",
                        "'" + specification.get("ResourceType")
                                + "' is not a valid taggable resource type for this operation.");
            }
            tags.putAll(tags(specification));
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
                tags,
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
