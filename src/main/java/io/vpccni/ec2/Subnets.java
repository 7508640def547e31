package io.vpccni.ec2;

import io.smallrye.mutiny.Uni;
import io.vpccni.ec2.ApiBudget.Urgency;
import io.vpccni.vpc.Ipv4Cidr;
import io.vpccni.vpc.NodeIdentity;
import io.vpccni.vpc.SubnetFacts;
import io.vpccni.vpc.SubnetId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.ec2.model.Subnet;
import software.amazon.awssdk.services.ec2.model.Tag;

/** The subnets of the node's zone, remembered for a while. */
final class Subnets {

    /** How long tags and counts of free addresses are believed. */
    private static final Duration FRESH = Duration.ofMinutes(5);

    private final Ec2Calls ec2;
    private final NodeIdentity node;
    private final InstantSource clock;
    private final Map<SubnetId, SubnetFacts> known = new ConcurrentHashMap<>();
    private volatile Instant zoneReadAt = Instant.EPOCH;

    Subnets(Ec2Calls ec2, NodeIdentity node, InstantSource clock) {
        this.ec2 = ec2;
        this.node = node;
        this.clock = clock;
    }

    /** The subnets of the VPC in the node's zone. */
    Uni<List<SubnetFacts>> ofZone() {
        if (zoneReadAt.plus(FRESH).isAfter(clock.instant())) {
            return Uni.createFrom().item(List.copyOf(known.values()));
        }
        return ec2.call(
                        "DescribeSubnets",
                        Urgency.WAITER,
                        client -> client.describeSubnets(request -> request.filters(
                                filter -> filter.name("vpc-id").values(node.vpcId()),
                                filter -> filter.name("availability-zone").values(node.availabilityZone()))))
                .map(response -> {
                    zoneReadAt = clock.instant();
                    response.subnets().forEach(this::remember);
                    return response.subnets().stream().map(Subnets::facts).toList();
                });
    }

    /** Makes sure that these are known. */
    Uni<Void> learn(Collection<SubnetId> wanted) {
        List<String> unknown = wanted.stream()
                .distinct()
                .filter(id -> !known.containsKey(id))
                .map(SubnetId::value)
                .toList();
        return unknown.isEmpty()
                ? Uni.createFrom().voidItem()
                : ec2.call(
                                "DescribeSubnets",
                                Urgency.WAITER,
                                client -> client.describeSubnets(request -> request.subnetIds(unknown)))
                        .invoke(response -> response.subnets().forEach(this::remember))
                        .replaceWithVoid();
    }

    SubnetFacts get(SubnetId id) {
        SubnetFacts facts = known.get(id);
        if (facts == null) {
            throw new IllegalStateException("EC2 does not know subnet " + id);
        }
        return facts;
    }

    /** A subnet turned out to be full: next time the counts are asked for anew. */
    void wasFull() {
        zoneReadAt = Instant.EPOCH;
    }

    private void remember(Subnet subnet) {
        SubnetFacts facts = facts(subnet);
        known.put(facts.id(), facts);
    }

    private static SubnetFacts facts(Subnet subnet) {
        return new SubnetFacts(
                new SubnetId(subnet.subnetId()),
                Ipv4Cidr.parse(subnet.cidrBlock()),
                subnet.availableIpAddressCount(),
                subnet.tags().stream().collect(Collectors.toMap(Tag::key, Tag::value, (first, _) -> first)));
    }
}
