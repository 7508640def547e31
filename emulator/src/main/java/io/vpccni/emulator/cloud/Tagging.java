package io.vpccni.emulator.cloud;

import io.vpccni.emulator.cloud.Ec2Request.CreateTags;
import io.vpccni.emulator.cloud.Ec2Request.DeleteTags;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** Tags of all resources. At most 50 on one, keys to 127 and values to 255 characters, no key with {@code aws:}. */
final class Tagging {
    private static final int TAGS_PER_RESOURCE = 50;

    private Tagging() {}

    static void check(Map<String, String> tags) {
        tags.forEach((key, value) -> {
            if (key.isEmpty() || key.length() > 127 || key.startsWith("aws:") || value.length() > 255) {
                throw CloudError.invalidValue(
                        key, "Tag", "Keys have 1 to 127 characters and do not begin with aws:, values have up to 255.");
            }
        });
        if (tags.size() > TAGS_PER_RESOURCE) {
            throw new CloudError("TagLimitExceeded", "The maximum number of tags for a resource has been reached.");
        }
    }

    static Ec2Result create(Ledger ledger, CreateTags request) {
        if (request.resourceIds().isEmpty()) {
            throw CloudError.missing("ResourceId");
        }
        if (request.tags().isEmpty()) {
            throw CloudError.missing("Tag");
        }
        World next = ledger.world();
        for (String id : request.resourceIds()) {
            next = retag(next, id, old -> {
                Map<String, String> all = new TreeMap<>(old);
                all.putAll(request.tags());
                check(all);
                return all;
            });
        }
        ledger.replace(next);
        return new Ec2Result.Done();
    }

    static Ec2Result delete(Ledger ledger, DeleteTags request) {
        if (request.resourceIds().isEmpty()) {
            throw CloudError.missing("ResourceId");
        }
        World next = ledger.world();
        for (String id : request.resourceIds()) {
            next = retag(next, id, old -> {
                Map<String, String> left = new TreeMap<>(request.tags().isEmpty() ? Map.of() : old);
                request.tags().forEach((key, value) -> {
                    if (value.isEmpty() || value.equals(left.get(key))) {
                        left.remove(key);
                    }
                });
                return left;
            });
        }
        ledger.replace(next);
        return new Ec2Result.Done();
    }

    private static World retag(World world, String id, UnaryOperator<Map<String, String>> change) {
        String kind = id.contains("-") ? id.substring(0, id.lastIndexOf('-')) : id;
        return switch (kind) {
            case "eni" -> {
                NetworkInterface eni = Lookups.eni(world, id);
                yield world.with(eni.withTags(change.apply(eni.tags())));
            }
            case "i" -> {
                Instance instance = Lookups.instance(world, id);
                yield world.with(instance.withTags(change.apply(instance.tags())));
            }
            case "subnet" -> {
                Subnet subnet = Lookups.subnet(world, id);
                yield world.with(subnet.withTags(change.apply(subnet.tags())));
            }
            case "vpc" -> {
                Vpc vpc = Lookups.vpc(world, id);
                yield world.with(vpc.withTags(change.apply(vpc.tags())));
            }
            case "sg" -> {
                SecurityGroup group = Lookups.group(world, id);
                yield world.with(group.withTags(change.apply(group.tags())));
            }
            default -> throw new CloudError("InvalidID", "The ID '" + id + "' is not valid");
        };
    }

    static List<Ec2Result.Tag> all(World world) {
        List<Ec2Result.Tag> tags = new java.util.ArrayList<>();
        world.instances().values().forEach(one -> add(tags, one.id(), "instance", one.tags()));
        world.interfaces().values().forEach(one -> add(tags, one.id(), "network-interface", one.tags()));
        world.subnets().values().forEach(one -> add(tags, one.id(), "subnet", one.tags()));
        world.vpcs().values().forEach(one -> add(tags, one.id(), "vpc", one.tags()));
        world.groups().values().forEach(one -> add(tags, one.id(), "security-group", one.tags()));
        return tags;
    }

    private static void add(List<Ec2Result.Tag> tags, String id, String type, Map<String, String> own) {
        new TreeMap<>(own).forEach((key, value) -> tags.add(new Ec2Result.Tag(id, type, key, value)));
    }
}
