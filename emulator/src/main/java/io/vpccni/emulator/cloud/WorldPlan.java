package io.vpccni.emulator.cloud;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The world before any node: one VPC and its subnets.
 *
 * @param groups names of security groups that keep nothing out; the first is the VPC's default
 * @param trunkApi whether EC2 has admitted the account to trunk interfaces
 */
public record WorldPlan(
        String region,
        String accountId,
        List<String> vpcCidrs,
        @Nullable String vpcIpv6Cidr,
        List<SubnetPlan> subnets,
        List<String> groups,
        boolean trunkApi) {

    /** A subnet; {@code ipv6Cidr} is null without IPv6. */
    public record SubnetPlan(
            String cidr, @Nullable String ipv6Cidr, String availabilityZone, Map<String, String> tags) {}

    /** us-west-2, 10.0.0.0/16 with a /56, and two /19 subnets in us-west-2a. */
    public static WorldPlan usual() {
        return new WorldPlan(
                "us-west-2",
                "123456789012",
                List.of("10.0.0.0/16"),
                "2600:1f14:e00:7c00::/56",
                List.of(
                        new SubnetPlan("10.0.0.0/19", "2600:1f14:e00:7c00::/64", "us-west-2a", Map.of()),
                        new SubnetPlan("10.0.32.0/19", "2600:1f14:e00:7c01::/64", "us-west-2a", Map.of())),
                List.of("default"),
                true);
    }

    public WorldPlan withSubnets(SubnetPlan... next) {
        return new WorldPlan(region, accountId, vpcCidrs, vpcIpv6Cidr, List.of(next), groups, trunkApi);
    }

    public WorldPlan withoutIpv6() {
        return new WorldPlan(
                region,
                accountId,
                vpcCidrs,
                null,
                subnets.stream()
                        .map(one -> new SubnetPlan(one.cidr(), null, one.availabilityZone(), one.tags()))
                        .toList(),
                groups,
                trunkApi);
    }

    /** An account that EC2 has not admitted to trunk interfaces. */
    public WorldPlan withoutTrunkApi() {
        return new WorldPlan(region, accountId, vpcCidrs, vpcIpv6Cidr, subnets, groups, false);
    }

    public WorldPlan withGroups(String... next) {
        return new WorldPlan(region, accountId, vpcCidrs, vpcIpv6Cidr, subnets, List.of(next), trunkApi);
    }

    World build(IdSource ids) {
        World world = new World(region, accountId, Map.of(), Map.of(), Map.of(), Map.of(), Map.of());
        Vpc vpc = new Vpc(
                ids.next("vpc"),
                vpcCidrs.stream().map(Ipv4Cidr::parse).toList(),
                vpcIpv6Cidr == null ? List.of() : List.of(Ipv6Cidr.parse(vpcIpv6Cidr)),
                Map.of());
        world = world.with(vpc);
        for (SubnetPlan plan : subnets) {
            Ipv4Cidr cidr = Ipv4Cidr.parse(plan.cidr());
            world = world.with(new Subnet(
                    ids.next("subnet"),
                    vpc.id(),
                    plan.availabilityZone(),
                    "usw2-az"
                            + (plan.availabilityZone()
                                            .charAt(plan.availabilityZone().length() - 1)
                                    - 'a'
                                    + 1),
                    cidr,
                    plan.ipv6Cidr() == null ? null : Ipv6Cidr.parse(plan.ipv6Cidr()),
                    SubnetSpace.of(cidr).available(),
                    plan.tags()));
        }
        for (String name : groups) {
            world = world.with(SecurityGroup.open(ids.next("sg"), name, vpc.id(), name + " VPC security group"));
        }
        return world;
    }
}
