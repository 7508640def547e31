package io.vpccni.emulator;

import io.vpccni.emulator.cloud.Cloud;
import io.vpccni.emulator.cloud.CloudError;
import io.vpccni.emulator.cloud.Ec2Request;
import io.vpccni.emulator.cloud.Ec2Result;
import io.vpccni.emulator.cloud.Instance;
import io.vpccni.emulator.cloud.NodePlan;
import io.vpccni.emulator.cloud.WireChange;
import io.vpccni.emulator.cloud.World;
import io.vpccni.emulator.cloud.WorldPlan;
import io.vpccni.emulator.faults.Delays;
import io.vpccni.emulator.faults.Faults;
import io.vpccni.emulator.faults.Links;
import io.vpccni.emulator.faults.Throttle;
import io.vpccni.emulator.faults.Verdict;
import io.vpccni.emulator.imds.Lies;
import io.vpccni.emulator.imds.MetadataTree;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;

/**
 * The emulator without threads, clock or network: a discrete-event simulation gives the time and schedules the replies.
 * The HTTP faces stand on the same class. One caller at a time; the same seed and calls give the same journal.
 *
 * <p>A call has its effect when it is submitted, at {@code now}; its reply arrives {@link Reply#after} later.
 */
public final class InProcess {
    private final Cloud cloud;
    private final Faults faults;
    private final Journal journal = new Journal();
    private final Lies lies = new Lies();
    private final Links links = new Links();
    private final RandomGenerator requestIds;
    private Optional<Set<String>> allowed = Optional.empty();

    public InProcess(WorldPlan plan, Delays delays, Throttle throttle, long seed, Instant start) {
        this(new Cloud(plan, seed), delays, throttle, seed, start);
    }

    private InProcess(Cloud cloud, Delays delays, Throttle throttle, long seed, Instant start) {
        this.cloud = cloud;
        this.faults = new Faults(delays, throttle, seed);
        this.requestIds = RandomGeneratorFactory.of("L64X128MixRandom").create(seed + 1);
        setDelays(delays, start);
    }

    /** The mirror of a world that {@link Cloud#show} changes. */
    public static InProcess mirror(World world, Instant start) {
        return new InProcess(Cloud.mirror(world), Delays.none(), Throttle.off(), 0, start);
    }

    /** As {@link #usual(int, NodePlan, Delays, long, Instant)}, with nodes that have the least an instance has. */
    public static InProcess usual(int nodes, String instanceType, Delays delays, long seed, Instant start) {
        return usual(nodes, NodePlan.of(instanceType), delays, seed, start);
    }

    /** The usual world with {@code nodes} instances. */
    public static InProcess usual(int nodes, NodePlan node, Delays delays, long seed, Instant start) {
        InProcess emulator = new InProcess(WorldPlan.usual(), delays, Throttle.off(), seed, start);
        for (int i = 0; i < nodes; i++) {
            emulator.cloud().addNode(node, start);
        }
        return emulator;
    }

    /** Judges and carries out one call. */
    public Reply submit(Ec2Request request, Instant now) {
        follow(now);
        Verdict verdict = faults.judge(request.action(), now);
        String requestId = nextRequestId();
        return switch (verdict) {
            case Verdict.Refuse refuse ->
                failed(
                        request.action(),
                        requestId,
                        new CloudError(refuse.code(), refuse.message(), refuse.httpStatus()),
                        true,
                        now,
                        refuse.delay());
            case Verdict.Proceed proceed -> carryOut(request, requestId, proceed, now);
        };
    }

    /** What the policy of those allows who call by HTTP, by EC2's names of actions; without one it is everything. */
    public void allowOnly(Set<String> actions) {
        allowed = Optional.of(Set.copyOf(actions));
    }

    /** The same as {@link #submit}, for those whom a policy binds. */
    Reply submitWithinRights(Ec2Request request, Instant now) {
        String action = request.action();
        if (allowed.isEmpty() || allowed.get().contains(action)) {
            return submit(request, now);
        }
        String why = "You are not authorized to perform this operation: no policy allows ec2:" + action + ".";
        return reject(action, new CloudError("UnauthorizedOperation", why), now);
    }

    private Reply carryOut(Ec2Request request, String requestId, Verdict.Proceed verdict, Instant now) {
        try {
            Ec2Result result = cloud.call(
                    request,
                    now,
                    verdict.delay().plus(faults.delays().settle(request.action())),
                    faults.delays().describeLag());
            follow(now);
            journal.add(now, request.action(), requestId, Journal.OK, verdict.answered(), verdict.delay());
            return new Reply(requestId, new Reply.Outcome.Ok(result), verdict.answered(), verdict.delay());
        } catch (CloudError error) {
            return failed(request.action(), requestId, error, verdict.answered(), now, verdict.delay());
        }
    }

    /** A call that is answered with an error before it reaches knobs or cloud; it is counted all the same. */
    public Reply reject(String action, CloudError error, Instant now) {
        return failed(action, nextRequestId(), error, true, now, Duration.ZERO);
    }

    private Reply failed(
            String action, String requestId, CloudError error, boolean answered, Instant now, Duration delay) {
        journal.add(now, action, requestId, error.code(), answered, delay);
        return new Reply(requestId, new Reply.Outcome.Failed(error), answered, delay);
    }

    private String nextRequestId() {
        return new java.util.UUID(requestIds.nextLong(), requestIds.nextLong()).toString();
    }

    /** What IMDS of a node shows under a path such as {@code latest/meta-data/mac}; empty where it answers 404. */
    public Optional<String> metadata(String instanceId, String path, Instant now) {
        follow(now);
        World seen = lies.distort(cloud.worldBefore(now, faults.delays().imdsLag()), instanceId);
        return MetadataTree.read(seen, instanceId, path, now);
    }

    /** New delays; history begins now when a lag needs it. */
    public void setDelays(Delays next, Instant now) {
        faults.setDelays(next);
        Duration describe = next.describeLag();
        Duration imds = next.imdsLag();
        cloud.keepHistory(describe.compareTo(imds) > 0 ? describe : imds, now);
    }

    /** Ends transitions that are due and returns what the wire has to be told, in order. */
    public List<WireChange> advance(Instant now) {
        follow(now);
        return links.drain();
    }

    // Step by step, so that a link that is late is late from its own time on, however seldom anybody calls.
    private void follow(Instant now) {
        Optional<Instant> step = nextTransition().filter(next -> next.isBefore(now));
        while (step.isPresent()) {
            cloud.advance(step.get());
            links.accept(cloud.drainChanges(), step.get());
            step = nextTransition().filter(next -> next.isBefore(now));
        }
        cloud.advance(now);
        links.accept(cloud.drainChanges(), now);
    }

    /** The changes that lead from nothing to what is on the wire now. */
    public List<WireChange> wireNow() {
        return cloud.wireNow().stream()
                .filter(change -> !(change instanceof WireChange.EniAttached attached
                        && links.isHeld(attached.eni().eniId())))
                .toList();
    }

    /** When {@link #advance} should be called next. */
    public Optional<Instant> nextTransition() {
        return Stream.concat(cloud.nextTransition().stream(), links.next().stream())
                .min(Comparator.naturalOrder());
    }

    public List<Instance> nodes() {
        return List.copyOf(cloud.world().instances().values());
    }

    public Cloud cloud() {
        return cloud;
    }

    /** Knobs but the delays, which go through {@link #setDelays}. */
    public Faults faults() {
        return faults;
    }

    /** What others do in the account. */
    public SomebodyElse somebodyElse() {
        return new SomebodyElse(cloud, faults);
    }

    /** Where IMDS is wrong. */
    public Lies lies() {
        return lies;
    }

    /** Links that come late or never. */
    public Links links() {
        return links;
    }

    public Journal journal() {
        return journal;
    }
}
