package io.vpccni.emulator.imds;

import io.vpccni.emulator.cloud.Attachment;
import io.vpccni.emulator.cloud.Instance;
import io.vpccni.emulator.cloud.Ipv4;
import io.vpccni.emulator.cloud.Ipv6Cidr;
import io.vpccni.emulator.cloud.NetworkInterface;
import io.vpccni.emulator.cloud.SecurityGroup;
import io.vpccni.emulator.cloud.Subnet;
import io.vpccni.emulator.cloud.World;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What IMDS of one instance shows, as texts by path. Source: "Instance metadata categories" (EC2 user guide).
 *
 * <p>A path that others lie under is a directory: it lists its entries, directories with a trailing slash. A category
 * with nothing in it does not exist, as on a real instance; {@code network-card} is for types with several cards. ENIs
 * show while the guest has their device.
 */
public final class MetadataTree {
    /** The name of the instance profile's role. */
    public static final String ROLE = "emulated-node-role";

    private final TreeMap<String, String> files = new TreeMap<>();

    private MetadataTree() {}

    /** Empty where IMDS answers 404. Leading and trailing slashes of the path do not matter. */
    public static Optional<String> read(World world, String instanceId, String path, Instant now) {
        Instance instance = world.instances().get(instanceId);
        return instance == null ? Optional.empty() : of(world, instance, now).read(path);
    }

    static MetadataTree of(World world, Instance instance, Instant now) {
        MetadataTree tree = new MetadataTree();
        tree.instance(world, instance);
        tree.meta("iam/security-credentials/" + ROLE, Credentials.document(now));
        world.primaryInterface(instance.id()).ifPresent(eni -> tree.primary(world, eni));
        world.interfacesOf(instance.id()).forEach(eni -> tree.networkInterface(world, instance, eni));
        return tree;
    }

    Optional<String> read(String path) {
        String wanted = path.replaceAll("^/+|/+$", "");
        String file = files.get(wanted);
        if (file != null) {
            return Optional.of(file);
        }
        String start = wanted.isEmpty() ? "" : wanted + "/";
        TreeSet<String> entries = files.keySet().stream()
                .filter(name -> name.startsWith(start))
                .map(name -> name.substring(start.length()))
                .map(rest -> rest.contains("/") ? rest.substring(0, rest.indexOf('/') + 1) : rest)
                .collect(Collectors.toCollection(TreeSet::new));
        return entries.isEmpty() ? Optional.empty() : Optional.of(String.join("\n", entries));
    }

    private void instance(World world, Instance instance) {
        meta("ami-id", instance.amiId());
        meta("ami-launch-index", "0");
        meta("ami-manifest-path", "(unknown)");
        meta("iam/info", Credentials.info(world.accountId()));
        meta("instance-action", "none");
        meta("instance-id", instance.id());
        meta("instance-life-cycle", "on-demand");
        meta("instance-type", instance.type().name());
        meta("placement/availability-zone", instance.availabilityZone());
        meta(
                "placement/availability-zone-id",
                Objects.requireNonNull(world.subnets().get(instance.subnetId())).zoneId());
        meta("placement/region", world.region());
        meta("profile", "default-hvm");
        meta("reservation-id", instance.reservationId());
        meta("services/domain", "amazonaws.com");
        meta("services/partition", "aws");
    }

    private void primary(World world, NetworkInterface eni) {
        if (!eni.addresses().isEmpty()) {
            String host = hostName(eni.primaryAddress(), world.region());
            meta("hostname", host);
            meta("local-hostname", host);
            meta("local-ipv4", eni.primaryAddress().toString());
            files.put("latest/dynamic/instance-identity/document", IdentityDocument.write(world, eni));
        }
        meta("mac", eni.mac());
        meta("security-groups", groupNames(world, eni));
        if (!eni.ipv6Addresses().isEmpty()) {
            meta("ipv6", eni.ipv6Addresses().getFirst().toString());
        }
    }

    private void networkInterface(World world, Instance instance, NetworkInterface eni) {
        Attachment attachment = eni.attachment();
        if (attachment == null || !attachment.onWire()) {
            return;
        }
        Subnet subnet = world.subnetOf(eni);
        String base = "network/interfaces/macs/" + eni.mac() + "/";
        meta(base + "device-number", Integer.toString(attachment.deviceIndex()));
        meta(base + "interface-id", eni.id());
        if (!eni.addresses().isEmpty()) {
            meta(base + "local-hostname", hostName(eni.primaryAddress(), world.region()));
        }
        meta(base + "local-ipv4s", lines(eni.addresses()));
        meta(base + "mac", eni.mac());
        if (instance.type().hasSeveralCards()) {
            meta(base + "network-card", Integer.toString(attachment.networkCard()));
        }
        meta(base + "owner-id", world.accountId());
        meta(base + "security-group-ids", lines(eni.groupIds()));
        meta(base + "security-groups", groupNames(world, eni));
        meta(base + "subnet-id", subnet.id());
        meta(base + "subnet-ipv4-cidr-block", subnet.cidr().toString());
        meta(base + "subnet-ipv6-cidr-blocks", subnetIpv6(subnet.ipv6Cidr()));
        meta(base + "vpc-id", eni.vpcId());
        meta(base + "vpc-ipv4-cidr-block", world.vpcOf(eni).cidrs().getFirst().toString());
        meta(base + "vpc-ipv4-cidr-blocks", lines(world.vpcOf(eni).cidrs()));
        meta(base + "vpc-ipv6-cidr-blocks", lines(world.vpcOf(eni).ipv6Cidrs()));
        meta(base + "ipv4-prefix", lines(eni.prefixes()));
        meta(base + "ipv6-prefix", lines(eni.ipv6Prefixes()));
        meta(base + "ipv6s", lines(eni.ipv6Addresses()));
    }

    private static String subnetIpv6(@Nullable Ipv6Cidr range) {
        return range == null ? "" : range.toString();
    }

    private static String groupNames(World world, NetworkInterface eni) {
        return lines(eni.groupIds().stream()
                .flatMap(id -> Stream.ofNullable(world.groups().get(id)))
                .map(SecurityGroup::name)
                .toList());
    }

    private static String lines(List<?> values) {
        return values.stream().map(String::valueOf).collect(Collectors.joining("\n"));
    }

    private static String hostName(Ipv4 address, String region) {
        String domain = region.equals("us-east-1") ? "ec2.internal" : region + ".compute.internal";
        return "ip-" + address.toString().replace('.', '-') + "." + domain;
    }

    private void meta(String name, String value) {
        if (!value.isEmpty()) {
            files.put("latest/meta-data/" + name, value);
        }
    }
}
