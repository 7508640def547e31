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
import io.vpccni.ec2.TrunkCalls;
import io.vpccni.ec2.TrunkCalls.Place;
import io.vpccni.kube.BranchAnnotation;
import io.vpccni.kube.EniConfig;
import io.vpccni.kube.EniConfigs;
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
    private final TrunkMaker maker;
    private final ControllerMetrics metrics;
    private final String era;

    /** @param era tells this run of the controller from earlier ones */
    TrunkKeeper(
            TrunkCalls ec2,
            TrunkMaker maker,
            Map<String, Integer> limits,
            EniConfigs eniConfigs,
            SgpNodes nodes,
            SgpPods pods,
            NodeBook book,
            BranchNews news,
            Supplier<BranchTerms> terms,
            InstantSource clock,
            ControllerMetrics metrics,
            String era) {
        this.ec2 = ec2;
        this.maker = maker;
        this.table = BranchTable.shipped();
        this.limits = limits;
        this.eniConfigs = eniConfigs;
        this.nodes = nodes;
        this.pods = pods;
        this.book = book;
        this.news = news;
        this.terms = terms;
        this.clock = clock;
        this.metrics = metrics;
        this.era = era;
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
                                .failure(new TrunkMaker.Impossible("The instance type " + instance.type()
                                        + " is not supported for trunk interface, or not known: see"
                                        + " VPCCNI_BRANCH_LIMITS"));
                    }
                    return where(node, instance)
                            .chain(where -> maker.trunkOn(
                                            instance, new Place(instance.id(), where.subnet(), where.groups(), tags))
                                    .map(slot -> serve(node, instance, where, slot, limit, written, tags)));
                }))
                .call(trunk -> metrics.call(
                        "advertise_resource_request",
                        "resource_name",
                        nodes.offer(node.name(), trunk.facts().limit())));
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

    private Trunk serve(
            SgpNode node,
            InstanceFacts instance,
            Where where,
            InstanceFacts.Interface slot,
            int limit,
            Optional<TrunkRecord> written,
            Map<String, String> tags) {
        List<KnownBranch> known = written.map(TrunkRecord::branches).orElse(List.of());
        TrunkFacts facts = new TrunkFacts(
                instance.id(), node.name(), slot.id(), slot.mac(), slot.deviceIndex(), where.subnet(), limit);
        book.put(new NodeBook.Entry(node.name(), instance.id(), facts, where.groups(), tags, instance.tracking()));
        news.trunkFound(facts);
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
