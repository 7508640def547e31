package io.vpccni.controller;

import io.smallrye.mutiny.Uni;
import io.vpccni.branch.BranchPod;
import io.vpccni.branch.KnownBranch;
import io.vpccni.branch.TrunkAction;
import io.vpccni.branch.TrunkEvent;
import io.vpccni.branch.TrunkFacts;
import io.vpccni.ec2.CloudException;
import io.vpccni.ec2.TrunkCalls;
import io.vpccni.ec2.TrunkCalls.Place;
import io.vpccni.kube.BranchAnnotations;
import io.vpccni.kube.BranchAnnotations.Told;
import io.vpccni.kube.EventType;
import io.vpccni.vpc.CloudFailure;
import io.vpccni.vpc.EniId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jboss.logging.Logger;

/** Carries decisions out by EC2 and the API server. */
final class LiveBranchEdges implements BranchEdges {

    private static final Logger LOG = Logger.getLogger(LiveBranchEdges.class);

    private final TrunkCalls ec2;
    private final TrunkMaker maker;
    private final BranchAnnotations annotations;
    private final NodeBook nodes;
    private final StatusWriter status;
    private final BranchNews news;
    private final ControllerMetrics metrics;
    private final InstantSource clock;

    /** When the creation began of what is not associated yet. */
    private final Map<EniId, Instant> creating = new ConcurrentHashMap<>();

    LiveBranchEdges(
            TrunkCalls ec2,
            TrunkMaker maker,
            BranchAnnotations annotations,
            NodeBook nodes,
            StatusWriter status,
            BranchNews news,
            ControllerMetrics metrics,
            InstantSource clock) {
        this.ec2 = ec2;
        this.maker = maker;
        this.annotations = annotations;
        this.nodes = nodes;
        this.status = status;
        this.news = news;
        this.metrics = metrics;
        this.clock = clock;
    }

    @Override
    public Uni<TrunkEvent> carryOut(TrunkFacts trunk, TrunkAction action) {
        Instant begun = clock.instant();
        return carriedOut(trunk, action).invoke(event -> measure(event, begun));
    }

    /** The reference's {@code create_branch_eni} ends with the association. */
    private void measure(TrunkEvent event, Instant begun) {
        if (event instanceof TrunkEvent.Created created) {
            creating.put(created.eni().id(), begun);
        } else if (event instanceof TrunkEvent.Associated associated) {
            Optional.ofNullable(creating.remove(associated.eni()))
                    .map(since -> Duration.between(since, clock.instant()))
                    .ifPresent(took -> metrics.succeeded("create_branch_eni", took));
        } else if (event instanceof TrunkEvent.Deleted deleted) {
            creating.remove(deleted.eni());
        } else if (event instanceof TrunkEvent.CreateFailed || event instanceof TrunkEvent.AssociateFailed) {
            metrics.failed("create_branch_eni");
        }
    }

    private Uni<TrunkEvent> carriedOut(TrunkFacts trunk, TrunkAction action) {
        return switch (action) {
            case TrunkAction.Create create ->
                ec2.createBranch(
                                place(trunk, create),
                                trunk.eni(),
                                create.vlan(),
                                create.token(),
                                nodes.of(trunk.node()).flatMap(NodeBook.Entry::tracking))
                        .<TrunkEvent>map(eni -> new TrunkEvent.Created(create.token(), eni))
                        .onFailure()
                        .recoverWithItem(failed(trunk, action, failure -> {
                            news.creationFailed(trunk, create, failure);
                            return new TrunkEvent.CreateFailed(create.token(), failure);
                        }));
            case TrunkAction.Associate associate ->
                ec2.associate(trunk.eni(), associate.eni(), associate.vlan(), associate.token())
                        .<TrunkEvent>map(association -> new TrunkEvent.Associated(associate.eni(), association))
                        .onFailure()
                        .recoverWithItem(failed(
                                trunk, action, failure -> new TrunkEvent.AssociateFailed(associate.eni(), failure)));
            case TrunkAction.SetGroups set ->
                ec2.setGroups(set.eni(), set.groups())
                        .<TrunkEvent>map(_ -> new TrunkEvent.GroupsSet(set.eni(), set.groups()))
                        .onFailure()
                        .recoverWithItem(failed(trunk, action, failure -> {
                            news.groupsFailed(set, failure);
                            return new TrunkEvent.GroupsFailed(set.eni(), failure);
                        }));
            case TrunkAction.Annotate annotate ->
                metrics.operation(
                                "annotate_branch_eni",
                                metrics.call(
                                        "annotate_pod_request",
                                        "annotate_key",
                                        annotations.write(annotate.pod(), annotate.eni())))
                        .map(told -> annotated(annotate, told))
                        .onFailure()
                        .recoverWithItem(failure -> {
                            news.annotationFailed(annotate.pod(), failure);
                            return new TrunkEvent.AnnotateFailed(
                                    annotate.pod(), annotate.eni().id());
                        });
            case TrunkAction.Delete delete ->
                ec2.delete(delete.eni(), delete.association(), delete.byParts())
                        .<TrunkEvent>map(_ -> new TrunkEvent.Deleted(delete.eni()))
                        .onFailure()
                        .recoverWithItem(
                                failed(trunk, action, failure -> new TrunkEvent.DeleteFailed(delete.eni(), failure)));
            case TrunkAction.ReplaceTrunk _ ->
                replace(trunk)
                        .<TrunkEvent>map(TrunkEvent.TrunkReplaced::new)
                        .onFailure()
                        .recoverWithItem(failed(trunk, action, failure -> {
                            news.ofNode(trunk.node(), EventType.WARNING, "TrunkENICreationFailed", failure.message());
                            return new TrunkEvent.ReplaceFailed(failure);
                        }));
            case TrunkAction.Observe observe ->
                Uni.combine()
                        .all()
                        .unis(ec2.branchesOf(trunk.eni()), ec2.isOn(trunk.instanceId(), trunk.eni()))
                        .<TrunkEvent>with((found, there) ->
                                new TrunkEvent.Observed(observe.known(), observe.asked(), found, there))
                        .onFailure()
                        .recoverWithItem(failed(trunk, action, TrunkEvent.ObserveFailed::new));
        };
    }

    private Uni<TrunkFacts> replace(TrunkFacts lost) {
        Optional<NodeBook.Entry> entry =
                nodes.of(lost.node()).filter(known -> known.instanceId().equals(lost.instanceId()));
        if (entry.isEmpty()) {
            return Uni.createFrom().failure(new TrunkMaker.Impossible("the node is not known any more"));
        }
        news.trunkLost(lost);
        Place place = new Place(
                lost.instanceId(),
                lost.subnet(),
                entry.get().groups(),
                entry.get().tags());
        return ec2.instance(lost.instanceId())
                .chain(instance -> maker.trunkOn(instance, place))
                .map(lost::with)
                .invoke(found -> {
                    nodes.put(entry.get().with(found));
                    news.trunkFound(found);
                });
    }

    private Place place(TrunkFacts trunk, TrunkAction.Create create) {
        return new Place(
                trunk.instanceId(),
                trunk.subnet(),
                create.groups(),
                nodes.of(trunk.node()).map(NodeBook.Entry::tags).orElse(Map.of()));
    }

    private TrunkEvent annotated(TrunkAction.Annotate annotate, Told told) {
        return switch (told) {
            case Told.Yes(Optional<Instant> scheduled) -> {
                scheduled.ifPresent(since -> metrics.annotated(Duration.between(since, clock.instant())));
                news.allocated(annotate.pod(), annotate.eni());
                yield new TrunkEvent.Annotated(annotate.pod(), annotate.eni().id());
            }
            case Told.PodGone() -> new TrunkEvent.PodGone(annotate.pod());
        };
    }

    private static Function<Throwable, TrunkEvent> failed(
            TrunkFacts trunk, TrunkAction action, Function<CloudFailure, TrunkEvent> event) {
        return thrown -> {
            CloudFailure failure = thrown instanceof CloudException cloud
                    ? cloud.failure()
                    : new CloudFailure(
                            CloudFailure.Kind.NO_ANSWER,
                            thrown.getClass().getSimpleName(),
                            String.valueOf(thrown.getMessage()),
                            Duration.ofSeconds(1));
            LOG.warnf(
                    "trunk %s of %s: %s: %s %s", trunk.eni(), trunk.node(), action, failure.code(), failure.message());
            return event.apply(failure);
        };
    }

    @Override
    public void branchesChanged(TrunkFacts trunk, List<KnownBranch> branches) {
        // A name that came back with another instance has that one's CNINode.
        nodes.of(trunk.node())
                .filter(entry -> entry.instanceId().equals(trunk.instanceId()))
                .ifPresent(_ -> status.write(trunk, branches));
    }

    @Override
    public void interfacesLost(TrunkFacts trunk, List<BranchPod> pods) {
        LOG.warnf("trunk %s of %s: EC2 does not have the interfaces of %s any more", trunk.eni(), trunk.node(), pods);
        pods.forEach(news::interfaceLost);
    }
}
