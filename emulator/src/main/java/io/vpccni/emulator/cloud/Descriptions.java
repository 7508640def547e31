package io.vpccni.emulator.cloud;

import io.vpccni.emulator.cloud.Ec2Result.GroupsRule;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/** Answers of all Describe calls over a world, which may be an old one. */
final class Descriptions {
    /** DescribeInstances, DescribeNetworkInterfaces and the VPC calls all refuse a MaxResults below 5. */
    private static final int SMALLEST_PAGE = 5;

    private Descriptions() {}

    static Ec2Result describe(World world, Ec2Request.Describe request) {
        Query query = request.query();
        return switch (request) {
            case Ec2Request.DescribeInstances _ -> {
                var page = select(
                        named(world, query, world.instances(), Lookups::instance),
                        query,
                        (one, name) -> Attributes.of(world, one, name));
                yield new Ec2Result.Instances(page.items(), world, page.nextToken());
            }
            case Ec2Request.DescribeNetworkInterfaces _ -> {
                var page = select(interfaces(world, query), query, (one, name) -> Attributes.of(world, one, name));
                yield new Ec2Result.Interfaces(page.items(), world, page.nextToken());
            }
            case Ec2Request.DescribeSubnets _ -> {
                var page = select(
                        named(world, query, world.subnets(), Lookups::subnet),
                        query,
                        (one, name) -> Attributes.of(world, one, name));
                yield new Ec2Result.Subnets(page.items(), page.nextToken());
            }
            case Ec2Request.DescribeVpcs _ -> {
                var page = select(
                        named(world, query, world.vpcs(), Lookups::vpc),
                        query,
                        (one, name) -> Attributes.of(world, one, name));
                yield new Ec2Result.Vpcs(page.items(), page.nextToken());
            }
            case Ec2Request.DescribeSecurityGroups _ -> {
                var page = select(
                        named(world, query, world.groups(), Lookups::group),
                        query,
                        (one, name) -> Attributes.of(world, one, name));
                yield new Ec2Result.Groups(page.items(), page.nextToken());
            }
            case Ec2Request.DescribeSecurityGroupRules _ -> {
                Collection<GroupsRule> rules = query.ids().isEmpty()
                        ? Lookups.rules(world).toList()
                        : query.ids().stream()
                                .map(id -> Lookups.rule(world, id))
                                .toList();
                var page = select(rules, query, Attributes::of);
                yield new Ec2Result.GroupRules(page.items(), page.nextToken());
            }
            case Ec2Request.DescribeTrunkInterfaceAssociations _ -> {
                Collection<NetworkInterface> branches = query.ids().isEmpty()
                        ? world.interfaces().values().stream()
                                .filter(eni -> eni.association() != null)
                                .toList()
                        : query.ids().stream()
                                .map(id -> Lookups.associated(world, id))
                                .toList();
                var page = select(branches, query, Attributes::ofAssociation);
                yield new Ec2Result.Associations(page.items(), page.nextToken());
            }
            case Ec2Request.DescribeInstanceTypes _ -> {
                Collection<InstanceType> types = query.ids().isEmpty()
                        ? InstanceTypes.all().values()
                        : query.ids().stream().map(InstanceTypes::named).toList();
                var page = select(types, query, Attributes::of);
                yield new Ec2Result.Types(page.items(), page.nextToken());
            }
            case Ec2Request.DescribeTags _ -> {
                var page = select(Tagging.all(world), query, Attributes::of);
                yield new Ec2Result.Tags(page.items(), page.nextToken());
            }
        };
    }

    private static <T> Selection.Page<T> select(Collection<T> all, Query query, Selection.Attributes<T> attributes) {
        return Selection.select(all, query, SMALLEST_PAGE, attributes);
    }

    private static <T> Collection<T> named(
            World world, Query query, Map<String, T> all, BiFunction<World, String, T> lookup) {
        if (query.ids().isEmpty()) {
            return all.values();
        }
        return new LinkedHashSet<>(query.ids())
                .stream().map(id -> lookup.apply(world, id)).toList();
    }

    /** EC2 names all unknown ENIs in one error: {@code The networkInterface IDs 'eni-a, eni-b' do not exist}. */
    private static Collection<NetworkInterface> interfaces(World world, Query query) {
        List<String> unknown = new ArrayList<>();
        for (String id : query.ids()) {
            try {
                Lookups.eni(world, id);
            } catch (CloudError e) {
                if (!e.code().endsWith(".NotFound")) {
                    throw e;
                }
                unknown.add(id);
            }
        }
        if (unknown.size() > 1) {
            throw new CloudError(
                    "InvalidNetworkInterfaceID.NotFound",
                    "The networkInterface IDs '" + String.join(", ", unknown) + "' do not exist");
        }
        return named(world, query, world.interfaces(), Lookups::eni);
    }
}
