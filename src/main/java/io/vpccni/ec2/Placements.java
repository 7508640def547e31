package io.vpccni.ec2;

import io.smallrye.mutiny.Uni;
import io.vpccni.vpc.CloudFailure.Kind;
import io.vpccni.vpc.NodeIdentity;
import io.vpccni.vpc.Placement;
import io.vpccni.vpc.SubnetFacts;
import io.vpccni.vpc.SubnetId;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Where the next interface may be created: where custom networking says, else in the emptiest subnet of the zone that is
 * tagged for pods, else in the node's own.
 */
final class Placements {

    private static final Logger LOG = Logger.getLogger(Placements.class);

    private final NodeIdentity node;
    private final Subnets subnets;
    private final SecurityGroups groups;
    private final boolean discovery;
    private final String cluster;
    private final Optional<Supplier<Uni<Placement>>> custom;
    private final Failures failures;

    Placements(
            NodeIdentity node,
            Subnets subnets,
            SecurityGroups groups,
            boolean discovery,
            String cluster,
            Optional<Supplier<Uni<Placement>>> custom,
            Failures failures) {
        this.node = node;
        this.subnets = subnets;
        this.groups = groups;
        this.discovery = discovery;
        this.cluster = cluster;
        this.custom = custom;
        this.failures = failures;
    }

    /** At least one, the best first. Fails with {@link CloudException} when there is none. */
    Uni<List<Placement>> candidates() {
        return custom.map(Supplier::get)
                .map(named -> named.map(this::withGroups).map(List::of))
                .orElseGet(() -> discovery ? discovered() : Uni.createFrom().item(List.of(inSubnet(node.subnet()))));
    }

    /** Whether no further pod may get an address of an interface in this subnet. */
    boolean isExcluded(SubnetId subnet, boolean primary) {
        return custom.isPresent() ? primary : discovery && subnets.get(subnet).isExcluded(cluster);
    }

    /** Whether interfaces keep the groups they were created with. */
    boolean keepGroups() {
        return custom.isPresent();
    }

    /** Makes sure that the subnets' tags are known where they matter. */
    Uni<Void> learn(List<SubnetId> wanted) {
        Uni<Void> zone = discovery && custom.isEmpty()
                ? subnets.ofZone()
                        .replaceWithVoid()
                        .onFailure()
                        .invoke(failure -> LOG.warnf(
                                "the tags of the zone's subnets cannot be read, so none counts as excluded: %s",
                                failure.getMessage()))
                        .onFailure()
                        .recoverWithNull()
                : Uni.createFrom().voidItem();
        return zone.chain(() -> subnets.learn(wanted));
    }

    private Uni<List<Placement>> discovered() {
        return subnets.ofZone()
                .map(zone -> SubnetFacts.usable(zone, node.subnet(), cluster))
                .map(this::inSubnets)
                .onFailure(CloudException.class)
                .recoverWithUni(failure -> failure instanceof CloudException refused
                                && refused.failure().kind() != Kind.NO_SUBNET
                        ? ownSubnet(refused)
                        : Uni.createFrom().failure(failure));
    }

    private List<Placement> inSubnets(List<SubnetFacts> usable) {
        if (usable.isEmpty()) {
            throw failures.of(
                    Kind.NO_SUBNET,
                    "NoSuitableSubnet",
                    "no subnet of " + node.availabilityZone() + " in " + node.vpcId()
                            + " may be used for pods: tag one with " + SubnetFacts.ROLE_TAG + "=1");
        }
        return usable.stream().map(subnet -> inSubnet(subnet.id())).toList();
    }

    /** Without a look at the subnets, the node's own is the one that is sure to be the cluster's. */
    private Uni<List<Placement>> ownSubnet(CloudException why) {
        LOG.warnf("the zone's subnets cannot be read, creating in the node's own: %s", why.getMessage());
        return Uni.createFrom().item(List.of(inSubnet(node.subnet())));
    }

    private Placement inSubnet(SubnetId subnet) {
        return new Placement(subnet, groups.current());
    }

    private Placement withGroups(Placement named) {
        return named.securityGroups().isEmpty() ? inSubnet(named.subnet()) : named;
    }
}
