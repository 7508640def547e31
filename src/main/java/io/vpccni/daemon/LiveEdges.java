package io.vpccni.daemon;

import io.smallrye.mutiny.Uni;
import io.vpccni.checkpoint.Checkpoint;
import io.vpccni.checkpoint.CheckpointFile;
import io.vpccni.daemon.AddRequest.Connection;
import io.vpccni.dataplane.PodAttachment;
import io.vpccni.ec2.CloudException;
import io.vpccni.ec2.EniCalls;
import io.vpccni.ec2.NodeInterfaces;
import io.vpccni.kernel.NodeNetwork;
import io.vpccni.pool.Action;
import io.vpccni.pool.Assignment;
import io.vpccni.pool.PodName;
import io.vpccni.pool.PoolEvent;
import io.vpccni.pool.Reason;
import io.vpccni.vpc.CloudFailure;
import io.vpccni.vpc.EniId;
import io.vpccni.vpc.IpAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jboss.logging.Logger;

/**
 * The edges of a real node: EC2, the kernel and the state file. A node that may not provision has no {@code calls}: its pool
 * plans none, and here is none to be made.
 */
final class LiveEdges implements Edges {

    private static final Logger LOG = Logger.getLogger(LiveEdges.class);

    /** Between two tries to wire an interface whose link did not come. */
    private static final Duration WIRE_RETRY = Duration.ofSeconds(5);

    private final NodeInterfaces interfaces;
    private final Optional<EniCalls> calls;
    private final NodeNetwork network;
    private final CheckpointFile checkpoint;
    private final String vethPrefix;
    private final Predicate<String> branched;
    private final PodPolicy policy;

    /** {@code branched}: whether a host link leads to a pod that has a branch interface, and so is none of the pool's. */
    LiveEdges(
            NodeInterfaces interfaces,
            Optional<EniCalls> calls,
            NodeNetwork network,
            CheckpointFile checkpoint,
            String vethPrefix,
            Predicate<String> branched,
            PodPolicy policy) {
        this.interfaces = interfaces;
        this.calls = calls;
        this.network = network;
        this.checkpoint = checkpoint;
        this.vethPrefix = vethPrefix;
        this.branched = branched;
        this.policy = policy;
    }

    @Override
    public Uni<Void> write(Checkpoint state) {
        return checkpoint.write(state);
    }

    @Override
    public Optional<String> stateFileTrouble() {
        return checkpoint.trouble();
    }

    @Override
    public Uni<Void> connect(Assignment assignment, Connection connection) {
        List<PodAttachment> attachments = attachments(assignment, connection);
        // The agent attaches to the host links, so they have to be there.
        return network.connect(attachments)
                .chain(() -> policy.enforce(assignment.pod(), attachments.size())
                        .onFailure()
                        .transform(failure ->
                                new Refusal(Reason.NETWORK_POLICY_FAILED, String.valueOf(failure.getMessage()))));
    }

    static List<PodAttachment> attachments(Assignment assignment, Connection connection) {
        return PodInterface.of(assignment, connection.links()).stream()
                .map(nic -> new PodAttachment(
                        connection.namespace(),
                        nic.index(),
                        nic.name(),
                        nic.hostLink(),
                        nic.has().address(),
                        nic.has().eni().routeTable(),
                        connection.mtu()))
                .toList();
    }

    @Override
    public Uni<Void> disconnect(List<IpAddress> addresses, List<String> hostLinks) {
        List<Uni<Void>> steps = new ArrayList<>();
        for (int index = 0; index < Math.max(addresses.size(), hostLinks.size()); index++) {
            Optional<String> own = at(hostLinks, index).filter(branched.negate());
            steps.add(network.disconnect(at(addresses, index), own));
        }
        return steps.isEmpty()
                ? Uni.createFrom().voidItem()
                : Uni.join().all(steps).andCollectFailures().replaceWithVoid();
    }

    private static <T> Optional<T> at(List<T> list, int index) {
        return index < list.size() ? Optional.of(list.get(index)) : Optional.empty();
    }

    @Override
    public Uni<Void> forget(PodName pod) {
        return Uni.createFrom().deferred(() -> policy.forget(pod));
    }

    @Override
    public List<String> hostLinks(Assignment assignment) {
        return new LinkNames(vethPrefix, assignment.sandbox(), assignment.pod())
                .names(assignment.addresses().size());
    }

    @Override
    public Uni<PoolEvent> carryOut(Action action) {
        return switch (action) {
            case Action.FillEni fill ->
                change(ec2 -> ec2.fill(fill.eni(), fill.kind(), fill.count()))
                        .<PoolEvent>map(added -> new PoolEvent.Filled(fill.eni(), added))
                        .onFailure()
                        .recoverWithItem(failure -> failed(fill.eni(), failure));
            case Action.CreateEni create ->
                change(ec2 -> ec2.create(
                                create.number(), create.card(), create.deviceIndex(), create.kind(), create.count()))
                        .<PoolEvent>map(eni -> new PoolEvent.EniAttached(create.number(), eni))
                        .onFailure()
                        .recoverWithItem(failure -> new PoolEvent.CreateFailed(create.number(), cloudFailure(failure)));
            case Action.WireEni wire ->
                network.wire(wire.eni())
                        .<PoolEvent>map(_ -> new PoolEvent.EniWired(wire.eni().id()))
                        .onFailure()
                        .recoverWithItem(failure -> notWired(wire.eni().id(), failure));
            case Action.ObserveEni observe ->
                interfaces
                        .observe(observe.eni())
                        .<PoolEvent>map(PoolEvent.EniObserved::new)
                        .onFailure()
                        .recoverWithItem(failure -> failed(observe.eni(), failure));
            case Action.ObserveNode _ ->
                interfaces
                        .attached()
                        .<PoolEvent>map(PoolEvent.NodeObserved::new)
                        .onFailure()
                        .recoverWithItem(failure -> new PoolEvent.NodeUnobserved(cloudFailure(failure)));
            case Action.GiveBack back ->
                change(ec2 -> ec2.giveBack(back.eni(), back.slots()))
                        .<PoolEvent>map(_ -> new PoolEvent.GivenBack(back.eni(), back.slots()))
                        .onFailure()
                        .recoverWithItem(failure -> failed(back.eni(), failure));
            case Action.ForgetEni forget ->
                network.unwire(forget.eni())
                        .<PoolEvent>map(
                                _ -> new PoolEvent.EniDeleted(forget.eni().id()))
                        .onFailure()
                        .recoverWithItem(failure -> notWired(forget.eni().id(), failure));
            case Action.DeleteEni delete ->
                change(ec2 -> ec2.delete(delete.eni().id()))
                        .chain(() -> network.unwire(delete.eni()))
                        .<PoolEvent>map(
                                _ -> new PoolEvent.EniDeleted(delete.eni().id()))
                        .onFailure()
                        .recoverWithItem(failure -> failed(delete.eni().id(), failure));
        };
    }

    private <T> Uni<T> change(Function<EniCalls, Uni<T>> step) {
        return calls.map(step)
                .orElseGet(() -> Uni.createFrom()
                        .failure(new IllegalStateException("this node may not change anything in EC2")));
    }

    private static PoolEvent failed(EniId eni, Throwable failure) {
        CloudFailure cloud = cloudFailure(failure);
        LOG.warnf("%s: EC2 call failed: %s", eni, failure.getMessage());
        return new PoolEvent.EniFailed(eni, cloud);
    }

    private static PoolEvent notWired(EniId eni, Throwable failure) {
        LOG.warnf("%s cannot be used yet: %s", eni, failure.getMessage());
        return new PoolEvent.EniFailed(
                eni,
                new CloudFailure(
                        CloudFailure.Kind.REFUSED,
                        failure.getClass().getSimpleName(),
                        String.valueOf(failure.getMessage()),
                        WIRE_RETRY));
    }

    private static CloudFailure cloudFailure(Throwable failure) {
        return failure instanceof CloudException cloud
                ? cloud.failure()
                : new CloudFailure(
                        CloudFailure.Kind.REFUSED,
                        failure.getClass().getSimpleName(),
                        String.valueOf(failure.getMessage()),
                        WIRE_RETRY);
    }
}
