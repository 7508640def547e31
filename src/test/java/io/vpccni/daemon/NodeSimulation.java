package io.vpccni.daemon;

import io.smallrye.mutiny.Uni;
import io.vpccni.checkpoint.Checkpoint;
import io.vpccni.daemon.AddRequest.Connection;
import io.vpccni.daemon.Callers.Caller;
import io.vpccni.ec2.CloudException;
import io.vpccni.emulator.InProcess;
import io.vpccni.emulator.cloud.Ipv4;
import io.vpccni.emulator.cloud.Occupation;
import io.vpccni.emulator.faults.Delays;
import io.vpccni.emulator.faults.InjectedError;
import io.vpccni.explain.AddHistory;
import io.vpccni.explain.Outcome;
import io.vpccni.pool.Action;
import io.vpccni.pool.AddressState;
import io.vpccni.pool.Assignment;
import io.vpccni.pool.Plan;
import io.vpccni.pool.Planner;
import io.vpccni.pool.PodName;
import io.vpccni.pool.Pool;
import io.vpccni.pool.PoolEvent;
import io.vpccni.pool.PoolView;
import io.vpccni.pool.Reason;
import io.vpccni.pool.Sandbox;
import io.vpccni.pool.Targets;
import io.vpccni.vpc.AttachedEnis;
import io.vpccni.vpc.CloudFailure;
import io.vpccni.vpc.CloudFailure.Kind;
import io.vpccni.vpc.Eni;
import io.vpccni.vpc.EniId;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpCidr;
import io.vpccni.vpc.Slots;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * A node with its real pool, planner, turns and restoration; EC2 is the emulator's in-process face, kernel, disk and kubelet are
 * a few lines each. Everything random comes from the seed. Invariants are checked after every event; a breach throws.
 */
final class NodeSimulation implements Edges {

    private static final Duration COOL_DOWN = Duration.ofSeconds(30);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String PREFIX = "eni";
    private static final int LIMIT_OF_ENIS = 3;

    /** Kubelet deleted the sandbox that had an address. */
    private record Release(Sandbox sandbox, Instant at) {}

    /** A sandbox as kubelet sees it. */
    private static final class Pod {
        final Sandbox sandbox;
        final PodName name;
        boolean deleted;
        Optional<IpAddress> address = Optional.empty();
        Optional<Caller> call = Optional.empty();

        Pod(int number) {
            this.sandbox = new Sandbox("aws-cni", "c" + number, "eth0");
            this.name = new PodName("sim", "pod-" + number);
        }
    }

    private final RandomGenerator random;
    private final VirtualTime time = new VirtualTime();
    private final InProcess ec2;
    private final SimulatedCloud cloud;
    private Targets targets;
    private final StringBuilder history = new StringBuilder();

    private final Map<Integer, Pod> pods = new TreeMap<>();
    private final Map<IpAddress, Release> releases = new HashMap<>();

    /** Pods that the API server has placed here; their ADD comes later or never. */
    private final Set<PodName> scheduled = new HashSet<>();

    private Map<IpAddress, String> links = new HashMap<>();
    private Set<EniId> wired = new HashSet<>();
    private Checkpoint disk = Checkpoint.EMPTY;
    private Instant kernelBusyUntil = Instant.EPOCH;
    private Instant diskBusyUntil = Instant.EPOCH;

    private AddJournal journal = new AddJournal(time::now, Optional::empty);
    private NodeTurns turns;
    private List<NodeEvent> inbox = new ArrayList<>();
    private int life;
    private Optional<Instant> alarm = Optional.empty();
    private boolean faults = true;
    private List<Ipv4> occupied = List.of();
    private final boolean apiServer;
    private boolean frozen;
    private Optional<String> breach = Optional.empty();

    NodeSimulation(long seed) {
        this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        Delays delays = Delays.published().withAttach(Duration.ofMillis(random.nextInt(5000)));
        this.ec2 = InProcess.usual(1, "m5.large", delays, seed, time.now());
        this.cloud = new SimulatedCloud(ec2, time);
        this.apiServer = random.nextInt(5) > 0;
        this.targets = otherTargets();
        this.turns = boot();
        ring();
    }

    /** The targets of an annotation that somebody has put on the node. */
    private Targets otherTargets() {
        boolean byAddress = random.nextBoolean();
        boolean prefixes = random.nextBoolean();
        return new Targets(
                random.nextInt(3),
                byAddress ? 1 + random.nextInt(5) : 0,
                byAddress ? random.nextInt(12) : 0,
                prefixes,
                random.nextInt(3),
                1 + random.nextInt(LIMIT_OF_ENIS),
                9,
                random.nextInt(20, 30),
                COOL_DOWN);
    }

    /** Runs a busy time with faults and restarts, then a quiet one, and checks that everything has settled. */
    String run(int kubeletActions) {
        Instant busyUntil = time.now();
        for (int number = 0; number < kubeletActions; number++) {
            busyUntil = busyUntil.plusMillis(random.nextInt(1500));
            int pod = number;
            time.at(busyUntil, () -> kubeletActs(pod));
        }
        while (time.step(busyUntil)) {
            checkInvariants();
            failOnBreach();
        }
        faults = false;
        ec2.faults().clearErrors();
        clearTheSubnet();
        Instant quietUntil = time.now().plus(Duration.ofMinutes(10));
        while (time.step(quietUntil)) {
            checkInvariants();
            failOnBreach();
        }
        checkSettled();
        failOnBreach();
        return history.toString();
    }

    private void kubeletActs(int number) {
        int dice = random.nextInt(100);
        if (faults && dice < 6) {
            breakSomething();
        } else if (faults && dice < 8) {
            crash();
        } else if (dice < 14) {
            clusterSpeaks(dice);
        } else if (dice < 22) {
            schedule(new Pod(number));
        } else if (dice < 60) {
            add(pods.computeIfAbsent(number, Pod::new));
        } else {
            somePod().ifPresent(dice < 63 ? this::add : dice < 66 ? this::hangUp : this::del);
        }
    }

    /** Annotations, a cordon. While the API server is away, nothing of it comes. */
    private void clusterSpeaks(int dice) {
        if (!apiServer) {
            return;
        }
        switch (dice) {
            case 8, 9, 10 -> {
                targets = otherTargets();
                note("targets " + targets);
                post(new NodeEvent.Learned(new PoolEvent.TargetsChanged(targets)));
            }
            case 11 -> cordon(true);
            case 12 -> cordon(false);
            default -> tellScheduled();
        }
    }

    private void cordon(boolean cordoned) {
        note("cordoned " + cordoned);
        frozen = cordoned;
        post(new NodeEvent.Learned(
                new PoolEvent.FreezeChanged(cordoned ? Optional.of(Reason.NODE_CORDONED) : Optional.empty())));
    }

    /** The scheduler places a pod here. Most of them come soon, some never. */
    private void schedule(Pod pod) {
        scheduled.add(pod.name);
        tellScheduled();
        if (random.nextInt(4) > 0) {
            int number = Integer.parseInt(pod.sandbox.containerId().substring(1));
            time.after(Duration.ofMillis(random.nextInt(5_000)), () -> add(pods.computeIfAbsent(number, _ -> pod)));
        }
    }

    /** A daemon that has just started knows the API server's objects a little later. */
    private void learnAgain() {
        boolean cordoned = frozen;
        frozen = false;
        if (apiServer) {
            time.after(Duration.ofMillis(random.nextInt(3_000)), () -> {
                cordon(cordoned);
                tellScheduled();
            });
        }
    }

    private void tellScheduled() {
        if (apiServer) {
            post(new NodeEvent.Learned(new PoolEvent.PodsScheduled(scheduled)));
        }
    }

    private Optional<Pod> somePod() {
        List<Pod> living = pods.values().stream().filter(pod -> !pod.deleted).toList();
        return living.isEmpty() ? Optional.empty() : Optional.of(living.get(random.nextInt(living.size())));
    }

    private void breakSomething() {
        if (random.nextInt(8) == 0) {
            crowdTheSubnet();
            return;
        }
        List<String> actions = List.of(
                "AssignPrivateIpAddresses",
                "UnassignPrivateIpAddresses",
                "CreateNetworkInterface",
                "AttachNetworkInterface",
                "DetachNetworkInterface",
                "DeleteNetworkInterface",
                "DescribeNetworkInterfaces");
        String action = actions.get(random.nextInt(actions.size()));
        if (random.nextBoolean()) {
            ec2.faults().loseAnswers(action, 1);
        } else {
            List<String> codes = List.of(
                    "RequestLimitExceeded",
                    "InternalError",
                    "InsufficientFreeAddressesInSubnet",
                    "InsufficientCidrBlocks",
                    "UnauthorizedOperation");
            String code = codes.get(random.nextInt(codes.size()));
            ec2.faults().inject(new InjectedError(action, code, "injected", 400, 1 + random.nextInt(3)));
        }
        note("fault " + action);
    }

    /** Others take almost every address of the subnet, or one of each block, and leave again later. */
    private void crowdTheSubnet() {
        if (!occupied.isEmpty()) {
            return;
        }
        Occupation occupation =
                random.nextBoolean() ? new Occupation.OneInEachBlock() : new Occupation.AllBut(random.nextInt(20));
        note("occupied " + occupation);
        occupied = ec2.cloud().occupy(subnet(), occupation, time.now());
        time.after(Duration.ofSeconds(random.nextInt(180)), this::clearTheSubnet);
    }

    private void clearTheSubnet() {
        note("vacated");
        ec2.cloud().vacate(subnet(), occupied, time.now());
        occupied = List.of();
    }

    private void add(Pod pod) {
        if (pod.deleted) {
            return;
        }
        note("add " + pod.sandbox.containerId());
        int atLife = life;
        Connection connection = new Connection(Path.of("/run/netns/x"), links(pod.sandbox, pod.name), 9001);
        AddRequest request = new AddRequest(pod.sandbox, pod.name, PATIENCE, Optional.of(connection));
        int[] answers = {0};
        Uni.createFrom()
                .<Assignment>emitter(emitter -> {
                    Caller caller = new Caller(request, journal.asked(), emitter);
                    pod.call = Optional.of(caller);
                    post(new NodeEvent.Add(caller));
                })
                .subscribe()
                .with(
                        assignment -> {
                            require(answers[0]++ == 0, "an ADD is answered once");
                            require(atLife == life, "a dead daemon answers nobody");
                            pod.call = Optional.empty();
                            granted(pod, assignment.address());
                        },
                        failure -> {
                            require(answers[0]++ == 0, "an ADD is answered once");
                            note("refused " + pod.sandbox.containerId() + " " + ((Refusal) failure).reason());
                            if (((Refusal) failure).reason() != Reason.DELETED) {
                                del(pod);
                            }
                        });
    }

    private void granted(Pod pod, IpAddress address) {
        note("granted " + pod.sandbox.containerId() + " " + address);
        if (pod.deleted) {
            return;
        }
        require(pod.address.isEmpty() || pod.address.get().equals(address), "a repeated ADD gets the same address");
        pod.address = Optional.of(address);
        if (scheduled.remove(pod.name)) {
            tellScheduled();
        }
    }

    /** The runtime loses patience: it hangs up, and deletes the sandbox a little later. */
    private void hangUp(Pod pod) {
        pod.call.ifPresent(caller -> {
            note("hang up " + pod.sandbox.containerId());
            pod.call = Optional.empty();
            post(new NodeEvent.HungUp(caller));
            time.after(Duration.ofSeconds(1), () -> del(pod));
        });
    }

    private void del(Pod pod) {
        if (pod.deleted) {
            return;
        }
        note("del " + pod.sandbox.containerId());
        pod.deleted = true;
        scheduled.remove(pod.name);
        tellScheduled();
        pod.address.ifPresent(address -> releases.put(address, new Release(pod.sandbox, time.now())));
        sendDel(pod);
    }

    /** Kubelet repeats a DEL until it has succeeded. */
    private void sendDel(Pod pod) {
        int atLife = life;
        DelRequest request = new DelRequest(
                pod.sandbox,
                Optional.of(links(pod.sandbox, pod.name)),
                pod.address.stream().toList());
        boolean[] answered = {false};
        Uni.createFrom()
                .<Optional<Assignment>>emitter(emitter -> post(new NodeEvent.Del(request, journal.asked(), emitter)))
                .subscribe()
                .with(_ -> answered[0] = true, _ -> sendDel(pod));
        time.after(Duration.ofSeconds(20), () -> {
            if (!answered[0] && atLife != life) {
                sendDel(pod);
            }
        });
    }

    /** kill -9: memory is gone, EC2, kernel and disk stay. Runtimes see the connection break and delete their sandboxes. */
    private void crash() {
        note("crash");
        life++;
        inbox = new ArrayList<>();
        turns = boot();
        learnAgain();
        pods.values().stream()
                .filter(pod -> !pod.deleted && pod.address.isEmpty())
                .toList()
                .forEach(this::del);
        ring();
    }

    private NodeTurns boot() {
        Pool pool = new Pool(targets, time.now().toEpochMilli());
        for (Eni eni : cloud.truth()) {
            if (eni.isPrimary() || wired.contains(eni.id())) {
                pool.adopt(eni, time.now());
            } else {
                pool.adoptUnwired(eni);
            }
        }
        Restoration.restore(pool, disk, links, PREFIX, COOL_DOWN, time.now());
        journal = new AddJournal(time::now, () -> Optional.of(pool.diagnosis()));
        journal.announceTo(_ -> {});
        return new NodeTurns(pool, this, this::post, journal);
    }

    private void post(NodeEvent event) {
        inbox.add(event);
        ring();
    }

    /** Wakes the loop now if something waits, and when the pool wants to look at the clock. */
    private void ring() {
        Instant wake = inbox.isEmpty()
                ? turns.pool().nextWake(time.now()).orElse(time.now().plusSeconds(5))
                : time.now();
        if (alarm.isEmpty() || wake.isBefore(alarm.get())) {
            alarm = Optional.of(wake);
            time.at(wake, () -> turn(wake));
        }
    }

    private void turn(Instant planned) {
        if (!alarm.equals(Optional.of(planned))) {
            return;
        }
        alarm = Optional.empty();
        List<NodeEvent> batch = inbox.isEmpty() ? List.of(new NodeEvent.Wake()) : inbox;
        inbox = new ArrayList<>();
        turns.turn(batch, time.now());
        ring();
    }

    @Override
    public Uni<Void> write(Checkpoint state) {
        int atLife = life;
        Instant start = diskBusyUntil.isAfter(time.now()) ? diskBusyUntil : time.now();
        diskBusyUntil = start.plusMillis(random.nextInt(5));
        return time.later(Duration.between(time.now(), diskBusyUntil), () -> atLife == life, () -> {
            disk = state;
            return Uni.createFrom().voidItem();
        });
    }

    @Override
    public Uni<Void> connect(Assignment assignment, Connection connection) {
        checkHandedOut(assignment);
        int atLife = life;
        return time.later(kernelTime(1 + random.nextInt(10)), () -> atLife == life, () -> {
            if (faults && random.nextInt(50) == 0) {
                return Uni.createFrom().failure(new IllegalStateException("the kernel said no"));
            }
            links.put(assignment.address(), connection.links().first());
            return Uni.createFrom().voidItem();
        });
    }

    /** The kernel takes one step of a pod after the other. */
    private Duration kernelTime(int millis) {
        Instant start = kernelBusyUntil.isAfter(time.now()) ? kernelBusyUntil : time.now();
        kernelBusyUntil = start.plusMillis(millis);
        return Duration.between(time.now(), kernelBusyUntil);
    }

    private void checkHandedOut(Assignment assignment) {
        IpAddress address = assignment.address();
        require(
                pods.values().stream()
                        .filter(pod -> !pod.deleted && !pod.sandbox.equals(assignment.sandbox()))
                        .noneMatch(pod -> pod.address.equals(Optional.of(address))),
                address + " is handed out while another pod has it");
        require(
                cloud.truth().stream().anyMatch(eni -> eni.slots().contains(address)),
                address + " is handed out though EC2 does not have it on this node");
        Release last = releases.get(address);
        require(
                last == null
                        || last.sandbox().equals(assignment.sandbox())
                        || !last.at().plus(COOL_DOWN).isAfter(assignment.since()),
                address + " is handed out before it has rested after " + last);
    }

    @Override
    public Uni<Void> disconnect(List<IpAddress> addresses, List<String> hostLinks) {
        int atLife = life;
        return time.later(kernelTime(1), () -> atLife == life, () -> {
            links.keySet().removeAll(addresses);
            links.values().removeAll(hostLinks);
            return Uni.createFrom().voidItem();
        });
    }

    @Override
    public List<String> hostLinks(Assignment assignment) {
        return links(assignment.sandbox(), assignment.pod())
                .names(assignment.addresses().size());
    }

    private static LinkNames links(Sandbox sandbox, PodName pod) {
        return new LinkNames(PREFIX, sandbox, pod);
    }

    @Override
    public Uni<PoolEvent> carryOut(Action action) {
        note(action.toString());
        checkAllowed(action);
        int atLife = life;
        BooleanSupplier alive = () -> atLife == life;
        return switch (action) {
            case Action.FillEni fill ->
                outcome(
                        fill.eni(),
                        cloud.fill(fill.eni(), fill.kind(), fill.count(), alive)
                                .map(added -> new PoolEvent.Filled(fill.eni(), added)));
            case Action.ObserveEni observe ->
                outcome(observe.eni(), cloud.observe(observe.eni(), alive).map(PoolEvent.EniObserved::new));
            case Action.ObserveNode _ ->
                cloud.observeAll(alive)
                        .<PoolEvent>map(enis -> new PoolEvent.NodeObserved(new AttachedEnis(enis, List.of())))
                        .onFailure()
                        .recoverWithItem(failure -> new PoolEvent.NodeUnobserved(failureOf(failure)));
            case Action.GiveBack back -> {
                checkNotInUse(back.slots());
                yield outcome(
                        back.eni(),
                        cloud.giveBack(back.eni(), back.slots(), alive)
                                .map(_ -> new PoolEvent.GivenBack(back.eni(), back.slots())));
            }
            case Action.DeleteEni delete -> {
                cloud.truth().stream()
                        .filter(eni -> eni.id().equals(delete.eni().id()))
                        .forEach(eni -> checkNotInUse(eni.slots()));
                wired.remove(delete.eni().id());
                yield outcome(
                        delete.eni().id(),
                        cloud.delete(delete.eni().id(), alive)
                                .map(_ -> new PoolEvent.EniDeleted(delete.eni().id())));
            }
            case Action.WireEni wire -> wire(wire.eni(), alive);
            case Action.CreateEni create ->
                cloud.create(create.number(), create.deviceIndex(), create.kind(), create.count(), subnet(), alive)
                        .<PoolEvent>map(eni -> new PoolEvent.EniAttached(create.number(), eni))
                        .onFailure()
                        .recoverWithItem(failure -> new PoolEvent.CreateFailed(create.number(), failureOf(failure)));
        };
    }

    private void checkAllowed(Action action) {
        boolean grows = action instanceof Action.FillEni || action instanceof Action.CreateEni;
        require(!grows || !frozen, "a cordoned node grows");
        PoolView view = turns.pool().view();
        require(
                !(action instanceof Action.CreateEni) || view.enis().size() + view.creating() <= targets.maxEnisInAll(),
                "an interface beyond MAX_ENI is created");
    }

    private String subnet() {
        return cloud.truth().getFirst().subnet().value();
    }

    private Uni<PoolEvent> wire(Eni eni, BooleanSupplier alive) {
        return time.later(Duration.ofMillis(100), alive, () -> {
            if (!cloud.isOnWire(eni.id())) {
                return wire(eni, alive);
            }
            wired.add(eni.id());
            return Uni.createFrom().item(new PoolEvent.EniWired(eni.id()));
        });
    }

    private void checkNotInUse(Slots slots) {
        for (Pod pod : pods.values()) {
            require(
                    pod.deleted || pod.address.filter(slots::contains).isEmpty(),
                    pod.address + " of a live pod is given back");
        }
    }

    private static Uni<PoolEvent> outcome(EniId eni, Uni<? extends PoolEvent> step) {
        return step.<PoolEvent>map(event -> event)
                .onFailure()
                .recoverWithItem(failure -> new PoolEvent.EniFailed(eni, failureOf(failure)));
    }

    private static CloudFailure failureOf(Throwable failure) {
        return failure instanceof CloudException cloud
                ? cloud.failure()
                : new CloudFailure(Kind.REFUSED, "Bug", failure.toString(), Duration.ofSeconds(1));
    }

    /** Always true. */
    private void checkInvariants() {
        PoolView view = turns.pool().view();
        Set<IpAddress> seen = new HashSet<>();
        Set<Sandbox> owners = new HashSet<>();
        view.enis().forEach(eni -> {
            long singles = eni.addresses().keySet().stream()
                    .filter(address -> !eni.prefixes().contains(IpCidr.delegatedPrefixOf(address)))
                    .count();
            require(
                    singles + eni.prefixes().size() <= targets.slotsPerEni(),
                    eni.eni().id() + " is over its limit");
            eni.addresses().forEach((address, state) -> {
                require(seen.add(address), address + " is on two interfaces");
                if (state instanceof AddressState.Assigned has) {
                    require(owners.add(has.sandbox()), has.sandbox() + " has two addresses");
                }
            });
        });
        require(view.enis().size() + view.creating() <= LIMIT_OF_ENIS, "more interfaces than the type can have");
        for (Pod pod : pods.values()) {
            require(
                    pod.deleted
                            || pod.address.isEmpty()
                            || view.assignmentOf(pod.sandbox)
                                    .map(Assignment::address)
                                    .equals(pod.address),
                    pod.sandbox + " has lost " + pod.address);
        }
    }

    /** True when nothing has happened for a while. */
    private void checkSettled() {
        PoolView view = turns.pool().view();
        require(view.waiters().isEmpty(), "nobody waits any more, but " + view.waiters());
        require(view.creating() == 0, "nothing is being created");
        require(
                journal.last(AddHistory.LENGTH).stream()
                        .noneMatch(add -> add.outcome() instanceof Outcome.Waiting
                                || add.outcome() instanceof Outcome.Connecting),
                "every ADD's timeline has ended");
        require(Planner.plan(turns.pool(), time.now()).equals(Plan.HOLD), "there is nothing left to do");
        require(view.count(AddressState.Held.class) == 0, "nothing is held");
        Set<IpAddress> ours = new HashSet<>();
        view.enis().forEach(eni -> ours.addAll(eni.addresses().keySet()));
        cloud.truth().forEach(eni -> ours.removeIf(eni.slots()::contains));
        require(ours.isEmpty(), "the pool counts on " + ours + ", which EC2 does not have on this node");
        long living = pods.values().stream()
                .filter(pod -> !pod.deleted && pod.address.isPresent())
                .count();
        require(view.assignments().size() == living, "as many assignments as pods: " + living);
        require(links.size() == living, "as many links as pods: " + living);
    }

    private void note(String what) {
        history.append(time.now()).append(' ').append(what).append('\n');
    }

    private void require(boolean holds, String promise) {
        if (!holds && breach.isEmpty()) {
            breach = Optional.of(promise + "\n" + history);
        }
    }

    /** A breach may be noticed inside a reactive pipeline, which would take an exception for an outcome. */
    private void failOnBreach() {
        breach.ifPresent(story -> {
            throw new AssertionError(story);
        });
    }
}
