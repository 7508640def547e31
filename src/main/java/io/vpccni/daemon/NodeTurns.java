package io.vpccni.daemon;

import io.smallrye.mutiny.CompositeException;
import io.smallrye.mutiny.Uni;
import io.vpccni.checkpoint.Checkpoint;
import io.vpccni.daemon.AddRequest.Connection;
import io.vpccni.explain.Outcome;
import io.vpccni.explain.RequestId;
import io.vpccni.pool.Action;
import io.vpccni.pool.Answer;
import io.vpccni.pool.Assignment;
import io.vpccni.pool.Plan;
import io.vpccni.pool.Planner;
import io.vpccni.pool.PodAddress;
import io.vpccni.pool.PodName;
import io.vpccni.pool.Pool;
import io.vpccni.pool.PoolEvent;
import io.vpccni.pool.PoolView;
import io.vpccni.pool.Reason;
import io.vpccni.pool.Sandbox;
import io.vpccni.vpc.IpAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * What happens in one turn of the node's loop, without the thread: takes events, applies each to the pool, has the state file
 * written once for all of them, plans once, and sends what was planned. So ADDs that arrive together share one file write and
 * one EC2 call. The simulation drives it under its own clock.
 *
 * <p>One ADD: {@link Pool#apply} grants or parks it → {@link #serve} has the edges write the state file and connect the pod,
 * both at once → {@link #served} answers the caller.
 */
final class NodeTurns {

    private static final Logger LOG = Logger.getLogger(NodeTurns.class);

    private final Pool pool;
    private final Edges edges;
    private final Consumer<NodeEvent> inbox;
    private final Callers callers = new Callers();
    private final OwnedLinks ownedLinks;
    private final LinkComparison links = new LinkComparison();
    private final AddJournal journal;

    /** Sandboxes that have an address and are being connected, and how. */
    private final Map<Sandbox, Optional<Connection>> serving = new HashMap<>();

    /** Sandboxes whose ADD has succeeded once. Whatever becomes of a repeated ADD, the pod lives until its DEL. */
    private final Set<Sandbox> living = new HashSet<>();

    /**
     * @param inbox takes what comes back from the edges, from any thread, for a later turn
     */
    NodeTurns(Pool pool, Edges edges, Consumer<NodeEvent> inbox, AddJournal journal) {
        this.pool = pool;
        this.edges = edges;
        this.inbox = inbox;
        this.journal = journal;
        this.ownedLinks = new OwnedLinks(edges::hostLinks);
        pool.assignments().forEach(has -> living.add(has.sandbox()));
    }

    Pool pool() {
        return pool;
    }

    /** When something is to be done by time alone. */
    Optional<Instant> nextWake(Instant now) {
        return Stream.of(pool.nextWake(now), Optional.of(journal.nextLook()))
                .flatMap(Optional::stream)
                .min(Comparator.naturalOrder())
                .filter(wake -> wake.isBefore(Instant.MAX));
    }

    /** One turn. */
    void turn(List<NodeEvent> batch, Instant now) {
        List<Answer> answers = new ArrayList<>();
        List<NodeEvent.Del> dels = new ArrayList<>();
        journal.turn();
        for (NodeEvent event : batch) {
            take(event, answers, dels, now);
        }
        Uni<Void> written = answers.stream().anyMatch(NodeTurns::changesState)
                ? edges.write(Checkpoint.of(pool.assignments(), pool.coolingUntil()))
                : Uni.createFrom().voidItem();
        answers.forEach(answer -> tell(answer, dels, written, now));
        journal.look(now, pool::diagnosis);
        Plan plan = Planner.plan(pool, now);
        pool.begin(plan, now);
        plan.actions().forEach(this::send);
    }

    private void take(NodeEvent event, List<Answer> answers, List<NodeEvent.Del> dels, Instant now) {
        switch (event) {
            case NodeEvent.Add add -> {
                callers.add(add.caller());
                AddRequest request = add.caller().request();
                if (!serving.containsKey(request.sandbox())) {
                    journal.taken(request, add.caller().asked(), pool, now);
                    if (refusedForStateFile(request.sandbox())) {
                        answers.addAll(pool.apply(new PoolEvent.CallerGone(request.sandbox()), now));
                        return;
                    }
                    List<Answer> told = pool.apply(
                            new PoolEvent.AddRequested(
                                    request.sandbox(),
                                    request.pod(),
                                    request.nics(),
                                    request.firstLink(),
                                    now.plus(request.patience())),
                            now);
                    if (told.stream().noneMatch(answer -> isGrantedTo(request.sandbox(), answer))) {
                        journal.parked(request.sandbox(), pool);
                    }
                    answers.addAll(told);
                }
            }
            case NodeEvent.HungUp gone -> {
                if (callers.hungUp(gone.caller())) {
                    if (!serving.containsKey(gone.caller().request().sandbox())) {
                        journal.ended(gone.caller().request().sandbox(), new Outcome.HungUp(), pool);
                    }
                    answers.addAll(pool.apply(
                            new PoolEvent.CallerGone(gone.caller().request().sandbox()), now));
                }
            }
            case NodeEvent.Del del -> {
                dels.add(del);
                living.remove(del.request().sandbox());
                answers.addAll(
                        pool.apply(new PoolEvent.DelRequested(del.request().sandbox()), now));
            }
            case NodeEvent.Served served -> answers.addAll(served(served, now));
            case NodeEvent.Outcome outcome -> answers.addAll(ended(outcome.event(), now));
            case NodeEvent.LinksSeen seen ->
                links.compare(pool, seen.live(), now).forEach(difference -> answers.addAll(differs(difference, now)));
            case NodeEvent.Learned learned -> answers.addAll(learned(learned.event(), now));
            case NodeEvent.Wake _ -> answers.addAll(pool.apply(new PoolEvent.Tick(), now));
        }
    }

    private List<Answer> differs(LinkComparison.Difference difference, Instant now) {
        LOG.warnf("the kernel and the pool differ: %s", difference.words());
        journal.observer().differed(NodeObserver.Side.KERNEL);
        if (difference.event() instanceof PoolEvent.DelRequested gone) {
            living.remove(gone.sandbox());
            pool.assignmentOf(gone.sandbox()).ifPresent(this::tidyUp);
        }
        return pool.apply(difference.event(), now);
    }

    /** The pod's link is gone already; its rules are not. */
    private void tidyUp(Assignment lost) {
        takeDown(lost.sandbox(), addressesOf(lost), List.of())
                .subscribe()
                .with(_ -> {}, failure -> LOG.warnf("rules of %s are left over: %s", lost.pod(), failure.getMessage()));
    }

    /**
     * While the state file is known to be in trouble, a new pod is refused before it costs an address: one that was given back
     * rests, and runtimes that ask again and again would use all of them up and have the node ask EC2 for more.
     */
    private boolean refusedForStateFile(Sandbox sandbox) {
        Optional<String> trouble =
                edges.stateFileTrouble().filter(_ -> pool.assignmentOf(sandbox).isEmpty());
        trouble.ifPresent(why -> refuse(sandbox, new Refusal(Reason.CHECKPOINT_FAILED, why)));
        return trouble.isPresent();
    }

    private static boolean isGrantedTo(Sandbox sandbox, Answer answer) {
        return answer instanceof Answer.Granted && answer.sandbox().equals(sandbox);
    }

    /** A step has ended. A look at EC2 may have brought news. */
    private List<Answer> ended(PoolEvent event, Instant now) {
        if (!(event instanceof PoolEvent.EniObserved || event instanceof PoolEvent.NodeObserved)) {
            return pool.apply(event, now);
        }
        PoolView before = pool.view();
        List<Answer> answers = pool.apply(event, now);
        ViewChange change = ViewChange.between(before, pool.view());
        if (!change.isNothing()) {
            LOG.warnf("EC2 and the pool differ: %s", change);
            journal.observer().differed(NodeObserver.Side.EC2);
        }
        journal.observer()
                .reconciled(
                        change.newEnis().size(),
                        change.goneEnis().size(),
                        change.newSlots().size(),
                        change.goneSlots().size());
        return answers;
    }

    /** The API server or IMDS told something. */
    private List<Answer> learned(PoolEvent event, Instant now) {
        boolean doubted = pool.isHintUnanswered();
        List<Answer> answers = pool.apply(event, now);
        if (event instanceof PoolEvent.Hinted hinted && pool.isHintUnanswered() && !doubted) {
            LOG.warnf(
                    "IMDS and the pool differ, asking EC2: IMDS shows %s, the pool has %s",
                    hinted.attached(), pool.view().enis());
            journal.observer().differed(NodeObserver.Side.IMDS);
        }
        return answers;
    }

    /** Answers the callers. If the step failed or all of them hung up meanwhile, the address goes back. */
    private List<Answer> served(NodeEvent.Served served, Instant now) {
        Assignment assignment = served.assignment();
        Sandbox sandbox = assignment.sandbox();
        Optional<Connection> connection =
                Optional.ofNullable(serving.remove(sandbox)).flatMap(made -> made);
        if (pool.assignmentOf(sandbox).isEmpty()) {
            refuse(sandbox, new Refusal(Reason.DELETED, "its DEL arrived while it was being connected"));
            connection.ifPresent(
                    _ -> forget(sandbox, assignment.pod()).subscribe().with(_ -> {}));
            return List.of();
        }
        if (served.failure().isEmpty() && callers.isAwaited(sandbox)) {
            LoggedReasons.naming(
                    journal.requestOf(sandbox),
                    () -> LOG.infof(
                            "%s of %s has %s on %s",
                            sandbox,
                            assignment.pod(),
                            assignment.address(),
                            assignment.eni().id()));
            callers.complete(assignment);
            living.add(sandbox);
            journal.ended(sandbox, new Outcome.Granted(assignment.address()), pool);
            return List.of();
        }
        Optional<RequestId> request = journal.requestOf(sandbox);
        if (!living.contains(sandbox)) {
            LoggedReasons.naming(
                    request,
                    () -> LOG.warnf(
                            "%s gives %s back: %s",
                            sandbox,
                            assignment.address(),
                            served.failure().map(Refusal::getMessage).orElse("its caller hung up")));
        }
        served.failure().ifPresent(refusal -> refuse(sandbox, refusal));
        journal.ended(sandbox, new Outcome.HungUp(), pool);
        if (living.contains(sandbox)) {
            return List.of();
        }
        Uni<Void> forgotten = connection
                .map(_ -> forget(sandbox, assignment.pod()))
                .orElseGet(() -> Uni.createFrom().voidItem());
        List<IpAddress> addresses = addressesOf(assignment);
        Uni<Void> down = takeDown(
                        sandbox,
                        addresses,
                        connection
                                .map(how -> how.links().names(addresses.size()))
                                .orElse(List.of()))
                .chain(() -> forgotten);
        LoggedReasons.naming(
                request,
                () -> down.subscribe()
                        .with(
                                _ -> {},
                                failure -> LoggedReasons.naming(
                                        request,
                                        () -> LOG.errorf(
                                                "%s was not taken down completely: %s",
                                                sandbox, failure.getMessage()))));
        return pool.apply(new PoolEvent.DelRequested(sandbox), now);
    }

    private void refuse(Sandbox sandbox, Refusal refusal) {
        callers.fail(sandbox, refusal);
        journal.ended(sandbox, refusal.outcome(), pool);
    }

    private static boolean changesState(Answer answer) {
        return switch (answer) {
            case Answer.Granted _ -> true;
            case Answer.Released released -> released.assignment().isPresent();
            case Answer.Refused _ -> false;
        };
    }

    private void tell(Answer answer, List<NodeEvent.Del> dels, Uni<Void> written, Instant now) {
        switch (answer) {
            case Answer.Granted granted -> serve(granted.assignment(), written, now);
            case Answer.Refused refused -> refuse(refused.sandbox(), new Refusal(refused.reason(), refused.detail()));
            case Answer.Released released -> released(released, dels, written);
        }
    }

    private void serve(Assignment assignment, Uni<Void> written, Instant now) {
        Sandbox sandbox = assignment.sandbox();
        Optional<Connection> connection = callers.request(sandbox).flatMap(AddRequest::connection);
        serving.put(sandbox, connection);
        journal.granted(sandbox, assignment.address(), now);
        Uni<Void> connected = connection
                .map(how -> edges.connect(assignment, how).onTermination().invoke(() -> journal.connected(sandbox)))
                .orElseGet(() -> Uni.createFrom().voidItem());
        Uni<List<Void>> both = Uni.join()
                .all(
                        written.onTermination()
                                .invoke(() -> journal.written(sandbox))
                                .onFailure()
                                .transform(e -> new Refusal(Reason.CHECKPOINT_FAILED, String.valueOf(e.getMessage()))),
                        connected.onFailure().transform(NodeTurns::notConnected))
                .andCollectFailures();
        LoggedReasons.naming(
                journal.requestOf(sandbox),
                () -> both.subscribe()
                        .with(
                                _ -> inbox.accept(new NodeEvent.Served(assignment, Optional.empty())),
                                failure -> inbox.accept(
                                        new NodeEvent.Served(assignment, Optional.of(firstRefusal(failure))))));
    }

    private static Refusal notConnected(Throwable failure) {
        return failure instanceof Refusal known
                ? known
                : new Refusal(Reason.WIRING_FAILED, String.valueOf(failure.getMessage()));
    }

    private static Refusal firstRefusal(Throwable failure) {
        return switch (failure) {
            case Refusal refusal -> refusal;
            case CompositeException several -> firstRefusal(several.getCauses().getFirst());
            default -> new Refusal(Reason.WIRING_FAILED, String.valueOf(failure));
        };
    }

    /** Takes the pod down and answers the DEL. What a failed ADD gave back has no DEL to answer. */
    private void released(Answer.Released released, List<NodeEvent.Del> dels, Uni<Void> written) {
        Optional<NodeEvent.Del> asked = dels.stream()
                .filter(candidate -> candidate.request().sandbox().equals(released.sandbox()))
                .findFirst();
        if (asked.isEmpty()) {
            return;
        }
        NodeEvent.Del del = asked.get();
        dels.remove(del);
        released.assignment().ifPresent(had -> living.remove(had.sandbox()));
        // A pod that nobody remembers may have been on all cards.
        List<String> hostLinks = del.request()
                .links()
                .map(links -> links.names(
                        released.assignment().map(had -> had.addresses().size()).orElse(pool.cards())))
                .orElse(List.of());
        List<IpAddress> held =
                hostLinks.stream().flatMap(link -> pool.heldBy(link).stream()).toList();
        List<IpAddress> addresses = released.assignment()
                .map(NodeTurns::addressesOf)
                .orElse(held.isEmpty() ? del.request().lastKnown() : held);
        Uni<Void> forgotten = released.assignment()
                .map(had -> forget(released.sandbox(), had.pod()))
                .orElseGet(() -> Uni.createFrom().voidItem());
        Uni<Void> down = hostLinks.isEmpty()
                ? Uni.createFrom().voidItem()
                : takeDown(released.sandbox(), addresses, hostLinks).chain(() -> forgotten);
        Optional<RequestId> request = Optional.of(del.asked().request());
        LoggedReasons.naming(
                request,
                () -> Uni.join()
                        .all(writtenOrLater(released.sandbox(), written), down)
                        .andCollectFailures()
                        .subscribe()
                        .with(
                                _ -> LoggedReasons.naming(request, () -> {
                                    held.forEach(free ->
                                            inbox.accept(new NodeEvent.Outcome(new PoolEvent.HeldLinkGone(free))));
                                    sayReleased(released);
                                    del.answer().complete(released.assignment());
                                }),
                                failure -> LoggedReasons.naming(request, () -> {
                                    LOG.warnf("the DEL of %s failed: %s", released.sandbox(), failure.getMessage());
                                    del.answer().fail(failure);
                                })));
    }

    /**
     * A DEL does not fail for the state file, which is written once it can be: until then it names a pod without a link, and
     * after a restart the address of such a pod rests.
     */
    private static Uni<Void> writtenOrLater(Sandbox sandbox, Uni<Void> written) {
        return written.onFailure()
                .invoke(failure ->
                        LOG.warnf("the state file still names %s, which is gone: %s", sandbox, failure.getMessage()))
                .onFailure()
                .recoverWithNull();
    }

    private static void sayReleased(Answer.Released released) {
        released.assignment()
                .ifPresentOrElse(
                        had -> LOG.infof(
                                "the DEL of %s of %s gave %s back", released.sandbox(), had.pod(), had.address()),
                        () -> LOG.infof("the DEL of %s found no address of it", released.sandbox()));
    }

    /**
     * Disconnects what is still this sandbox's own: a late DEL must not cut off the pod that has the address, or the name and
     * so the link, by now.
     */
    private Uni<Void> takeDown(Sandbox sandbox, List<IpAddress> addresses, List<String> hostLinks) {
        List<Assignment> others = pool.assignments().stream()
                .filter(has -> !has.sandbox().equals(sandbox))
                .toList();
        List<IpAddress> ownAddresses = addresses.stream()
                .filter(address -> others.stream().noneMatch(has -> has.has(address)))
                .toList();
        Set<String> linksOfOthers = ownedLinks.of(others);
        List<String> ownLinks =
                hostLinks.stream().filter(link -> !linksOfOthers.contains(link)).toList();
        return edges.disconnect(ownAddresses, ownLinks);
    }

    private static List<IpAddress> addressesOf(Assignment assignment) {
        return assignment.addresses().stream().map(PodAddress::address).toList();
    }

    /** Lets go of the pod's policies, unless another sandbox of the pod has come meanwhile and needs them. */
    private Uni<Void> forget(Sandbox sandbox, PodName pod) {
        return pool.assignments().stream()
                        .anyMatch(has -> has.pod().equals(pod) && !has.sandbox().equals(sandbox))
                ? Uni.createFrom().voidItem()
                : edges.forget(pod);
    }

    private void send(Action action) {
        LOG.debugf("doing %s", action);
        journal.observer().stepBegan(action);
        edges.carryOut(action)
                .invoke(outcome -> journal.observer().stepEnded(action, outcome))
                .subscribe()
                .with(
                        outcome -> inbox.accept(new NodeEvent.Outcome(outcome)),
                        failure -> LOG.errorf(failure, "%s ended without an outcome", action));
    }

    /** Tells everybody who still waits, at the end. */
    void refuseAll(Refusal refusal) {
        callers.failAll(refusal);
        journal.endAll(refusal.outcome());
    }
}
