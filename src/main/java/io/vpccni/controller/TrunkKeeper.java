package io.vpccni.controller;

import io.smallrye.mutiny.Uni;
import io.vpccni.branch.BranchEni;
import io.vpccni.branch.BranchPod;
import io.vpccni.branch.BranchTerms;
import io.vpccni.branch.InstanceFacts;
import io.vpccni.branch.KnownBranch;
import io.vpccni.branch.SecurityGroups;
import io.vpccni.branch.Trunk;
import io.vpccni.branch.TrunkFacts;
import io.vpccni.ec2.BranchTable;
import io.vpccni.ec2.CloudException;
import io.vpccni.ec2.TrunkAccess;
import io.vpccni.ec2.TrunkCalls;
import io.vpccni.ec2.TrunkCalls.Place;
import io.vpccni.kube.BranchAnnotation;
import io.vpccni.kube.EniConfig;
import io.vpccni.kube.EniConfigs;
import io.vpccni.kube.EventType;
import io.vpccni.kube.SgpNodes;
import io.vpccni.kube.SgpPod;
import io.vpccni.kube.SgpPods;
import io.vpccni.kube.TrunkRecord;
import io.vpccni.vpc.SubnetId;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Sees to it that a node that asks for a trunk has one, and that the loop serves it. Looks at the whole state each time: what is
 * there already is found again, not made again.
 */
final class TrunkKeeper {

    private static final Logger LOG = Logger.getLogger(TrunkKeeper.class);

    private final TrunkCalls ec2;
    private final BranchTable table;
    private final Map<String, Integer> limits;
    private final EniConfigs eniConfigs;
    private final SgpNodes nodes;
    private final SgpPods pods;
    private final NodeBook book;
    private final BranchNews news;
    private final Supplier<BranchTerms> terms;
    private final InstantSource clock;
    private final String era;

    /** @param era tells this run of the controller from earlier ones */
    TrunkKeeper(
            TrunkCalls ec2,
            Map<String, Integer> limits,
            EniConfigs eniConfigs,
            SgpNodes nodes,
            SgpPods pods,
            NodeBook book,
            BranchNews news,
            Supplier<BranchTerms> terms,
            InstantSource clock,
            String era) {
        this.ec2 = ec2;
        this.table = BranchTable.shipped();
        this.limits = limits;
        this.eniConfigs = eniConfigs;
        this.nodes = nodes;
        this.pods = pods;
        this.book = book;
        this.news = news;
        this.terms = terms;
        this.clock = clock;
        this.era = era;
    }

    /** Why a node has no trunk and will have none until somebody changes something. */
    static final class Impossible extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Impossible(String message) {
            super(message);
        }
    }

    /** Where interfaces of the node are made. */
    private record Where(SubnetId subnet, SecurityGroups groups) {}

    /**
     * The node's trunk, made if need be, with the pods that have branches of it already.
     *
     * @param instanceId the node's
     * @param written what its CNINode's status says
     * @param tags of the interfaces that are made for it
     */
    Uni<Trunk> trunkOf(SgpNode node, String instanceId, Optional<TrunkRecord> written, Map<String, String> tags) {
        return ec2.instance(instanceId)
                .chain(instance -> ec2.slots(instance.type()).chain(slots -> {
                    int limit = table.limitOf(instance.type(), slots, limits);
                    if (limit == 0) {
                        return Uni.createFrom()
                                .failure(new Impossible("The instance type " + instance.type()
                                        + " is not supported for trunk interface, or not known: see"
                                        + " VPCCNI_BRANCH_LIMITS"));
                    }
                    return where(node, instance)
                            .chain(where -> found(instance, where, slots, tags)
                                    .map(slot -> serve(node, instance, where, slot, limit, written, tags)));
                }))
                .call(trunk -> nodes.offer(node.name(), trunk.facts().limit()));
    }

    private Uni<Where> where(SgpNode node, InstanceFacts instance) {
        return node.eniConfig()
                .map(name -> eniConfigs.get(name).map(config -> where(config, instance)))
                .orElseGet(() -> Uni.createFrom().item(new Where(instance.subnet(), instance.groups())));
    }

    private static Where where(EniConfig config, InstanceFacts instance) {
        SecurityGroups own = new SecurityGroups(config.securityGroups());
        return new Where(config.subnet(), own.isEmpty() ? instance.groups() : own);
    }

    private Uni<InstanceFacts.Interface> found(
            InstanceFacts instance, Where where, int slots, Map<String, String> tags) {
        if (instance.trunk().isPresent()) {
            return Uni.createFrom().item(instance.trunk().get());
        }
        Optional<Integer> index = instance.freeIndex(slots);
        if (index.isEmpty()) {
            return Uni.createFrom()
                    .failure(new Impossible("All " + slots + " interface slots of the instance are taken: a trunk needs"
                            + " one. Start the node with ENABLE_POD_ENI=true, which keeps one free"));
        }
        Place place = new Place(instance.id(), where.subnet(), where.groups(), tags);
        return ec2.createTrunk(place, instance.id() + "-trunk-" + era, index.get())
                .onFailure(CloudException.class)
                .recoverWithUni(failure ->
                        ec2.probe(place).chain(access -> Uni.createFrom().failure(explained(access, failure))));
    }

    private static Throwable explained(TrunkAccess access, Throwable failure) {
        return switch (access) {
            case OPEN -> failure;
            case CLOSED ->
                new Impossible("EC2 has not opened trunk interfaces to this account (" + failure.getMessage()
                        + "). On EKS leave security groups for pods to the control plane; elsewhere ask AWS support to"
                        + " allow-list the account");
            case DENIED ->
                new Impossible("The controller's role may not create a trunk interface (" + failure.getMessage()
                        + "): attach the policy AmazonEKSVPCResourceController");
        };
    }

    private Trunk serve(
            SgpNode node,
            InstanceFacts instance,
            Where where,
            InstanceFacts.Interface slot,
            int limit,
            Optional<TrunkRecord> written,
            Map<String, String> tags) {
        List<KnownBranch> known = written.filter(record -> record.eni().equals(slot.id()))
                .map(TrunkRecord::branches)
                .orElse(List.of());
        TrunkFacts facts = new TrunkFacts(
                instance.id(), node.name(), slot.id(), slot.mac(), slot.deviceIndex(), where.subnet(), limit);
        book.put(new NodeBook.Entry(node.name(), instance.id(), facts, where.groups(), tags, instance.tracking()));
        news.ofNode(
                node.name(), EventType.NORMAL, "NodeTrunkInitiated", "The node has the trunk interface " + slot.id());
        return Trunk.restored(facts, terms.get(), era, known, annotated(node.name()), clock.instant());
    }

    private Map<BranchPod, BranchEni> annotated(String node) {
        Map<BranchPod, BranchEni> found = new HashMap<>();
        for (SgpPod pod : pods.on(node)) {
            pod.annotation().ifPresent(text -> {
                try {
                    found.put(pod.pod(), BranchAnnotation.read(text));
                } catch (BranchAnnotation.Malformed e) {
                    LOG.warnf("pod %s on %s: %s", pod.pod(), node, e.getMessage());
                }
            });
        }
        return found;
    }
}
