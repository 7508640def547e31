package io.vpccni.emulator;

import io.vpccni.emulator.cloud.Cloud;
import io.vpccni.emulator.cloud.CloudError;
import io.vpccni.emulator.cloud.Ec2Request;
import io.vpccni.emulator.cloud.Ec2Result;
import io.vpccni.emulator.cloud.Instance;
import io.vpccni.emulator.cloud.NodePlan;
import io.vpccni.emulator.cloud.WireChange;
import io.vpccni.emulator.cloud.WorldPlan;
import io.vpccni.emulator.faults.Delays;
import io.vpccni.emulator.faults.Faults;
import io.vpccni.emulator.faults.Throttle;
import io.vpccni.emulator.faults.Verdict;
import io.vpccni.emulator.imds.MetadataTree;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

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
    private final RandomGenerator requestIds;

    public InProcess(WorldPlan plan, Delays delays, Throttle throttle, long seed, Instant start) {
        this.cloud = new Cloud(plan, seed);
        this.faults = new Faults(delays, throttle, seed);
        this.requestIds = RandomGeneratorFactory.of("L64X128MixRandom").create(seed + 1);
        setDelays(delays, start);
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

    private Reply carryOut(Ec2Request request, String requestId, Verdict.Proceed verdict, Instant now) {
        try {
            Ec2Result result = cloud.call(
                    request,
                    now,
                    verdict.delay().plus(settle(request)),
                    faults.delays().describeLag());
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

    private Duration settle(Ec2Request request) {
        return switch (request) {
            case Ec2Request.AttachNetworkInterface _ -> faults.delays().attach();
            case Ec2Request.DetachNetworkInterface _ -> faults.delays().detach();
            default -> Duration.ZERO;
        };
    }

    private String nextRequestId() {
        return new java.util.UUID(requestIds.nextLong(), requestIds.nextLong()).toString();
    }

    /** What IMDS of a node shows under a path such as {@code latest/meta-data/mac}; empty where it answers 404. */
    public Optional<String> metadata(String instanceId, String path, Instant now) {
        cloud.advance(now);
        return MetadataTree.read(cloud.worldBefore(now, faults.delays().imdsLag()), instanceId, path, now);
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
        cloud.advance(now);
        return cloud.drainChanges();
    }

    /** When {@link #advance} should be called next. */
    public Optional<Instant> nextTransition() {
        return cloud.nextTransition();
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

    public Journal journal() {
        return journal;
    }
}
