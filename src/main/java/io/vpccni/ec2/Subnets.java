package io.vpccni.ec2;

import io.smallrye.mutiny.Uni;
import io.vpccni.ec2.ApiBudget.Urgency;
import io.vpccni.vpc.FreeTrend;
import io.vpccni.vpc.Ipv4Cidr;
import io.vpccni.vpc.NodeIdentity;
import io.vpccni.vpc.SubnetFacts;
import io.vpccni.vpc.SubnetId;
import io.vpccni.vpc.SubnetSupply;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import software.amazon.awssdk.services.ec2.model.Subnet;
import software.amazon.awssdk.services.ec2.model.Tag;

/** The subnets of the node's zone, remembered for a while. */
final class Subnets {

    private static final Logger LOG = Logger.getLogger(Subnets.class);

    /** How long tags and counts of free addresses are believed. */
    private static final Duration FRESH = Duration.ofMinutes(5);

    /** How old counts of free addresses may become while somebody looks at them. */
    private static final Duration COUNTED = Duration.ofMinutes(10);

    private final Ec2Calls ec2;
    private final NodeIdentity node;
    private final InstantSource clock;
    private final Map<SubnetId, SubnetFacts> known = new ConcurrentHashMap<>();
    private final Map<SubnetId, FreeTrend> trends = new ConcurrentHashMap<>();
    private volatile Instant zoneReadAt = Instant.EPOCH;
    private volatile Instant countedAt = Instant.EPOCH;
    private final AtomicBoolean counting = new AtomicBoolean();

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

    /** What all known subnets have left. Asks in the background for the next time when that is old. */
    List<SubnetSupply> supplies() {
        if (!known.isEmpty()
                && !countedAt.plus(COUNTED).isAfter(clock.instant())
                && counting.compareAndSet(false, true)) {
            count();
        }
        return known.values().stream()
                .map(subnet -> new SubnetSupply(
                        subnet.id(),
                        subnet.freeAddresses(),
                        trends.getOrDefault(subnet.id(), FreeTrend.EMPTY).timeLeft()))
                .toList();
    }

    private void count() {
        countedAt = clock.instant();
        List<String> ids = known.keySet().stream().map(SubnetId::value).toList();
        ec2.call(
                        "DescribeSubnets",
                        Urgency.CHORE,
                        client -> client.describeSubnets(request -> request.filters(
                                filter -> filter.name("subnet-id").values(ids))))
                .onTermination()
                .invoke(() -> counting.set(false))
                .subscribe()
                .with(
                        response -> response.subnets().forEach(this::remember),
                        failure -> LOG.debugf("free addresses of subnets are as of earlier: %s", failure.getMessage()));
    }

    private void remember(Subnet subnet) {
        Instant now = clock.instant();
        SubnetFacts facts = facts(subnet);
        known.put(facts.id(), facts);
        trends.merge(
                facts.id(),
                FreeTrend.EMPTY.with(now, facts.freeAddresses()),
                (before, _) -> before.with(now, facts.freeAddresses()));
        countedAt = now;
    }

    private static SubnetFacts facts(Subnet subnet) {
        return new SubnetFacts(
                new SubnetId(subnet.subnetId()),
                Ipv4Cidr.parse(subnet.cidrBlock()),
                subnet.availableIpAddressCount(),
                subnet.tags().stream().collect(Collectors.toMap(Tag::key, Tag::value, (first, _) -> first)));
    }
}
