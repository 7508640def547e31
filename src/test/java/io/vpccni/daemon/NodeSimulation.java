package io.vpccni.daemon;

import io.smallrye.mutiny.Uni;
import io.vpccni.checkpoint.Checkpoint;
import io.vpccni.daemon.AddRequest.Connection;
import io.vpccni.daemon.Callers.Caller;
import io.vpccni.ec2.CloudException;
import io.vpccni.emulator.InProcess;
import io.vpccni.emulator.faults.Delays;
import io.vpccni.explain.AddHistory;
import io.vpccni.explain.Outcome;
import io.vpccni.pool.Action;
import io.vpccni.pool.AddressState;
import io.vpccni.pool.Assignment;
import io.vpccni.pool.Nics;
import io.vpccni.pool.Plan;
import io.vpccni.pool.Planner;
import io.vpccni.pool.PodAddress;
import io.vpccni.pool.PodName;
import io.vpccni.pool.Pool;
import io.vpccni.pool.PoolEvent;
import io.vpccni.pool.PoolView;
import io.vpccni.pool.PoolView.EniView;
import io.vpccni.pool.Reason;
import io.vpccni.pool.Sandbox;
import io.vpccni.pool.Targets;
import io.vpccni.testing.VirtualTime;
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
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Collectors;

/**
 * A node with its real pool, planner, turns and restoration; EC2 is the emulator's in-process face, kernel, disk and kubelet are
 * a few lines each. Everything random comes from the seed. Invariants are checked after every event; a breach throws.
 */
final class NodeSimulation implements Edges {

    private static final Duration COOL_DOWN = Duration.ofSeconds(30);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String PREFIX = "eni";
    private static final Instant BEGIN = new VirtualTime().now();

    /** Calls of EC2 in a minute, while everything goes wrong at once and no budget slows the node down. */
    private static final int MOST_CALLS = 300;

    private static final Duration RECONCILE_PERIOD = Duration.ofSeconds(60);

    /** After what time it has to be known that an interface was taken away. */
    private static final Duration DETECTION = Duration.ofMinutes(5);

    /** How long the kernel may take for all pods that are answered at once. */
    private static final Duration KERNEL_TIME = Duration.ofSeconds(3);

    /** Half-seconds that an interface's link is waited for. */
    private static final int LINK_LIMIT = 120;

    /** Long enough for two looks at EC2 that nothing but time asks for. */
    private static final Duration QUIET = Targets.CHECK_GAP.multipliedBy(2).plusMinutes(5);

    /** Kubelet deleted the sandbox that had an address. */
    private record Release(Sandbox sandbox, Instant at) {}

    /** A sandbox as kubelet sees it. */
    private static final class Pod {
        final Sandbox sandbox;
        final PodName name;
        final Nics nics;
        boolean deleted;
        List<IpAddress> addresses = List.of();
        Optional<Caller> call = Optional.empty();

        /** A repeated ADD extends the wait of the earlier one. */
        Instant lastAsked = Instant.EPOCH;

        Pod(int number, Nics nics) {
            this.sandbox = new Sandbox("aws-cni", "c" + number, "eth0");
            this.name = new PodName("sim", "pod-" + number);
            this.nics = nics;
        }

        LinkNames links() {
            return new LinkNames(PREFIX, sandbox, name);
        }

        boolean lived() {
            return !addresses.isEmpty();
        }

        boolean lives() {
            return !deleted && !addresses.isEmpty();
        }
    }

    private final RandomGenerator random;
    private final VirtualTime time = new VirtualTime();
    private final SimulatedMode mode;
    private final InProcess ec2;
    private final SimulatedCloud cloud;
    private final SimulatedKernel kernel = new SimulatedKernel(time);
    private final SimulatedOthers others;
    private Targets targets;
    private final StringBuilder history = new StringBuilder();

    private final Map<Integer, Pod> pods = new TreeMap<>();
    private final Map<IpAddress, Release> releases = new HashMap<>();

    /** Pods that the API server has placed here; their ADD comes later or never. */
    private final Set<PodName> scheduled = new HashSet<>();

    private Checkpoint disk = Checkpoint.EMPTY;
    private Instant diskBusyUntil = Instant.EPOCH;

    /** How far the machine's clock has moved since the last life. The daemon reads it once in each life. */
    private Duration clockError = Duration.ZERO;

    private AddJournal journal = new AddJournal(time::now, Optional::empty);
    private NodeTurns turns;
    private List<NodeEvent> inbox = new ArrayList<>();
    private int life;
    private Optional<Instant> alarm = Optional.empty();
    private boolean faults = true;
    private final boolean apiServer;
    private boolean frozen;
    private boolean lookingAfterHeld;
    private Optional<String> breach = Optional.empty();

    NodeSimulation(long seed) {
        this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        this.mode = SimulatedMode.any(random);
        Delays delays = Delays.published()
                .withAttach(Duration.ofMillis(random.nextInt(5000)))
                .withImdsLag(Duration.ofSeconds(random.nextInt(20)));
        this.ec2 = InProcess.usual(1, mode.node(), delays, seed, time.now());
        this.cloud = new SimulatedCloud(ec2, time, mode.family());
        this.others = new SimulatedOthers(ec2, cloud, time, random, this::note);
        this.apiServer = random.nextInt(5) > 0;
        this.targets = mode.targets(random, COOL_DOWN);
        note(mode + " " + targets);
        this.turns = boot();
        ring();
        compareAgain();
    }

    /** What the reconciler's chores do. */
    private void compareAgain() {
        time.after(RECONCILE_PERIOD, () -> {
            post(new NodeEvent.LinksSeen(kernel.live()));
            post(new NodeEvent.Learned(new PoolEvent.Hinted(cloud.metadata())));
            compareAgain();
        });
    }

    /** The reconciler looks more often while addresses are held. */
    private void lookAfterHeld() {
        if (!turns.pool().held().isEmpty() && !lookingAfterHeld) {
            lookingAfterHeld = true;
            time.after(Duration.ofSeconds(5), () -> {
                lookingAfterHeld = false;
                post(new NodeEvent.LinksSeen(kernel.live()));
            });
        }
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
        long busyMinutes = Duration.between(BEGIN, time.now()).toMinutes() + 1;
        require(ec2.journal().calls() <= busyMinutes * MOST_CALLS, "EC2 is asked at a bounded rate");
        faults = false;
        others.leave();
        pass(QUIET);
        long before = ec2.journal().calls();
        pass(Targets.CHECK_GAP);
        require(ec2.journal().calls() - before <= 2, "an idle node asks EC2 for nothing but what it has");
        checkSettled();
        failOnBreach();
        return history.toString();
    }

    private void pass(Duration duration) {
        Instant until = time.now().plus(duration);
        while (time.step(until)) {
            checkInvariants();
            failOnBreach();
        }
    }

    private void kubeletActs(int number) {
        int dice = random.nextInt(100);
        if (faults && dice < 7) {
            breakSomething();
        } else if (faults && dice < 8) {
            crash();
        } else if (dice < 14) {
            clusterSpeaks(dice);
        } else if (dice < 22) {
            schedule(newPod(number));
        } else if (dice < 60) {
            add(pods.computeIfAbsent(number, this::newPod));
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
                targets = mode.targets(random, COOL_DOWN);
                note("targets " + targets);
                post(new NodeEvent.Learned(new PoolEvent.TargetsChanged(targets)));
            }
            case 11 -> cordon(true);
            case 12 -> cordon(false);
            default -> tellScheduled();
        }
    }

    private Pod newPod(int number) {
        return new Pod(number, mode.cards() > 1 && random.nextInt(3) == 0 ? Nics.EVERY_CARD : Nics.ONE);
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
        switch (random.nextInt(8)) {
            case 0 -> {
                note("routes flushed");
                kernel.flushRoutes();
            }
            case 1 -> {
                clockError = Duration.ofSeconds(random.nextInt(-7200, 7200));
                note("the next life's clock is off by " + clockError);
            }
            default -> others.act();
        }
    }

    private void add(Pod pod) {
        if (pod.deleted) {
            return;
        }
        note("add " + pod.sandbox.containerId());
        int atLife = life;
        Connection connection = new Connection(Path.of("/run/netns/x"), pod.links(), 9001);
        AddRequest request = new AddRequest(pod.sandbox, pod.name, pod.nics, PATIENCE, Optional.of(connection));
        pod.lastAsked = time.now();
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
                            checkInTime(pod);
                            pod.call = Optional.empty();
                            granted(pod, assignment);
                        },
                        failure -> {
                            require(answers[0]++ == 0, "an ADD is answered once");
                            checkInTime(pod);
                            note("refused " + pod.sandbox.containerId() + " " + ((Refusal) failure).reason());
                            if (((Refusal) failure).reason() != Reason.DELETED) {
                                del(pod);
                            }
                        });
    }

    private void checkInTime(Pod pod) {
        Instant deadline = pod.lastAsked.plus(PATIENCE).plus(KERNEL_TIME);
        require(!time.now().isAfter(deadline), "an ADD is answered before its deadline");
    }

    private void granted(Pod pod, Assignment assignment) {
        List<IpAddress> addresses = addressesOf(assignment);
        note("granted " + pod.sandbox.containerId() + " " + addresses);
        require(
                addresses.size() == (pod.nics == Nics.EVERY_CARD ? mode.cards() : 1),
                "a pod on every card has an address of each, and one on any card has one");
        if (pod.deleted) {
            return;
        }
        require(pod.addresses.isEmpty() || pod.addresses.equals(addresses), "a repeated ADD gets the same addresses");
        pod.addresses = addresses;
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
        pod.addresses.forEach(address -> releases.put(address, new Release(pod.sandbox, time.now())));
        if (faults && pod.call.isEmpty() && pod.lived() && random.nextInt(20) == 0) {
            note("its DEL is lost, the runtime removes its namespace");
            kernel.remove(pod.links().names(mode.cards()));
        } else {
            sendDel(pod);
        }
    }

    /** Kubelet repeats a DEL until it has succeeded. */
    private void sendDel(Pod pod) {
        int atLife = life;
        DelRequest request = new DelRequest(pod.sandbox, Optional.of(pod.links()), pod.addresses);
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
                .filter(pod -> !pod.deleted && pod.addresses.isEmpty())
                .toList()
                .forEach(this::del);
        ring();
    }

    private NodeTurns boot() {
        Pool pool = new Pool(targets, time.now().toEpochMilli());
        for (Eni eni : cloud.truth()) {
            if (eni.isPrimary() || kernel.isWired(eni.id())) {
                pool.adopt(eni, time.now());
            } else {
                pool.adoptUnwired(eni);
            }
        }
        pool.apply(new PoolEvent.FreezeChanged(Optional.empty()), time.now());
        Restoration.restore(pool, asRead(disk), kernel.live(), COOL_DOWN, time.now());
        journal = new AddJournal(time::now, () -> Optional.of(pool.diagnosis()));
        journal.announceTo(_ -> {});
        return new NodeTurns(pool, this, this::post, journal);
    }

    /** The file was written under another clock than this life's. */
    private Checkpoint asRead(Checkpoint file) {
        Map<IpAddress, Instant> cooling = new HashMap<>(file.cooling());
        cooling.replaceAll((_, until) -> until.minus(clockError));
        if (!clockError.isZero()) {
            releases.clear(); // with a clock set forward, nobody can know how long an address has rested
        }
        clockError = Duration.ZERO;
        return new Checkpoint(file.entries(), cooling);
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
        Optional<Sandbox> servable = servable(batch);
        turns.turn(batch, time.now());
        servable.ifPresent(sandbox -> require(
                !turns.pool().view().waiters().contains(sandbox), () -> sandbox + " waits though an address was free"));
        lookAfterHeld();
        ring();
    }

    /** The sandbox that the turn has to serve at once, without a call to EC2: it alone asks, and an address is free. */
    private Optional<Sandbox> servable(List<NodeEvent> batch) {
        PoolView view = turns.pool().view();
        return batch.size() == 1
                        && batch.getFirst() instanceof NodeEvent.Add add
                        && add.caller().request().nics() == Nics.ONE
                        && view.waiters().isEmpty()
                        && view.figures().free() > 0
                ? Optional.of(add.caller().request().sandbox())
                : Optional.empty();
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
        List<Uni<Void>> connected = new ArrayList<>();
        for (PodInterface nic : PodInterface.of(assignment, connection.links())) {
            int millis = 1 + random.nextInt(10);
            connected.add(
                    faults && random.nextInt(50) == 0
                            ? Uni.createFrom().failure(new IllegalStateException("the kernel said no"))
                            : kernel.connect(nic.hostLink(), nic.has().address(), millis, () -> atLife == life));
        }
        return Uni.join()
                .all(connected)
                .andCollectFailures()
                .replaceWithVoid()
                .onFailure()
                .call(() -> disconnect(addressesOf(assignment), hostLinks(assignment)));
    }

    private void checkHandedOut(Assignment assignment) {
        List<Eni> truth = cloud.truth();
        for (PodAddress has : assignment.addresses()) {
            IpAddress address = has.address();
            require(
                    pods.values().stream()
                            .filter(pod -> !pod.deleted && !pod.sandbox.equals(assignment.sandbox()))
                            .noneMatch(pod -> pod.addresses.contains(address)),
                    address + " is handed out while another pod has it");
            require(
                    has(assignment.sandbox(), address)
                            || others.haveTaken(address)
                            || others.haveJustTaken(has.eni().id(), DETECTION)
                            || truth.stream().anyMatch(eni -> eni.slots().contains(address)),
                    address + " is handed out though EC2 does not have it on this node");
            Release last = releases.get(address);
            require(
                    last == null
                            || last.sandbox().equals(assignment.sandbox())
                            || !last.at().plus(COOL_DOWN).isAfter(assignment.since()),
                    address + " is handed out before it has rested after " + last);
        }
    }

    /** Whether a pod has been told before that an address is its own: it keeps it whatever EC2 says. */
    private boolean has(Sandbox sandbox, IpAddress address) {
        return pods.values().stream().anyMatch(pod -> pod.sandbox.equals(sandbox) && pod.addresses.contains(address));
    }

    private static List<IpAddress> addressesOf(Assignment assignment) {
        return assignment.addresses().stream().map(PodAddress::address).toList();
    }

    @Override
    public Uni<Void> disconnect(List<IpAddress> addresses, List<String> hostLinks) {
        int atLife = life;
        return kernel.disconnect(addresses, hostLinks, () -> atLife == life);
    }

    @Override
    public List<String> hostLinks(Assignment assignment) {
        return new LinkNames(PREFIX, assignment.sandbox(), assignment.pod())
                .names(assignment.addresses().size());
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
                kernel.unwire(delete.eni().id());
                yield outcome(
                        delete.eni().id(),
                        cloud.delete(delete.eni().id(), alive)
                                .map(_ -> new PoolEvent.EniDeleted(delete.eni().id())));
            }
            case Action.ForgetEni forget -> {
                kernel.unwire(forget.eni().id());
                yield Uni.createFrom()
                        .item(new PoolEvent.EniDeleted(forget.eni().id()));
            }
            case Action.WireEni wire -> wire(wire.eni(), LINK_LIMIT, alive);
            case Action.CreateEni create ->
                cloud.create(
                                create.number(),
                                create.card(),
                                create.deviceIndex(),
                                create.kind(),
                                create.count(),
                                subnet(),
                                alive)
                        .<PoolEvent>map(eni -> new PoolEvent.EniAttached(create.number(), eni))
                        .onFailure()
                        .recoverWithItem(failure -> new PoolEvent.CreateFailed(create.number(), failureOf(failure)));
        };
    }

    private void checkAllowed(Action action) {
        boolean grows = action instanceof Action.FillEni || action instanceof Action.CreateEni;
        require(!grows || !frozen, "a cordoned node grows");
        if (action instanceof Action.CreateEni create) {
            PoolView view = turns.pool().view().of(create.card());
            require(
                    attached(view) < targets.maxEnis().getOrDefault(create.card(), 0),
                    "an interface beyond MAX_ENI is created");
        }
    }

    private static int attached(PoolView view) {
        return (int) view.enis().stream().filter(eni -> !eni.lost()).count();
    }

    private String subnet() {
        return cloud.truth().getFirst().subnet().value();
    }

    private Uni<PoolEvent> wire(Eni eni, int patience, BooleanSupplier alive) {
        return time.later(Duration.ofMillis(500), alive, () -> {
            if (cloud.isOnWire(eni.id())) {
                kernel.wire(eni.id());
                return Uni.createFrom().item(new PoolEvent.EniWired(eni.id()));
            }
            return patience > 0
                    ? wire(eni, patience - 1, alive)
                    : Uni.createFrom()
                            .item(new PoolEvent.EniFailed(
                                    eni.id(),
                                    new CloudFailure(Kind.REFUSED, "NoLink", "no link", Duration.ofSeconds(5))));
        });
    }

    private void checkNotInUse(Slots slots) {
        for (Pod pod : pods.values()) {
            require(
                    pod.deleted || pod.addresses.stream().noneMatch(slots::contains),
                    pod.addresses + " of a live pod are given back");
        }
    }

    private Uni<PoolEvent> outcome(EniId eni, Uni<? extends PoolEvent> step) {
        return step.<PoolEvent>map(event -> event)
                .onFailure()
                .invoke(failure -> note(eni + ": " + failureOf(failure).code()))
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
        Map<Integer, Integer> attached = new HashMap<>();
        for (EniView eni : view.enis()) {
            int slots = eni.freeByPrefix().size();
            for (IpAddress address : eni.addresses().keySet()) {
                require(seen.add(address), () -> address + " is on two interfaces");
                boolean alone = eni.networkOf(address).equals(address.alone());
                slots += alone && !others.haveTaken(address) ? 1 : 0;
            }
            boolean within = eni.lost() || slots <= targets.slotsPerEni();
            require(within, () -> eni.eni().id() + " is over its limit");
            attached.merge(eni.eni().card(), eni.lost() ? 0 : 1, Integer::sum);
        }
        attached.forEach((card, enis) -> require(
                enis <= mode.enisPerCard(), () -> "more interfaces on card " + card + " than the type can have"));
        Map<Sandbox, List<IpAddress>> assigned = new HashMap<>();
        view.assignments().forEach(has -> assigned.put(has.sandbox(), addressesOf(has)));
        for (Pod pod : pods.values()) {
            require(
                    !pod.lives() || pod.addresses.equals(assigned.get(pod.sandbox)),
                    () -> pod.sandbox + " has lost " + pod.addresses + " and has " + assigned.get(pod.sandbox));
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
        view.enis()
                .forEach(eni -> require(
                        eni.addresses().values().stream().noneMatch(AddressState.OnHold.class::isInstance),
                        "nothing is on hold any more, but " + eni));
        List<Pod> living = pods.values().stream().filter(Pod::lives).toList();
        Set<IpAddress> used =
                living.stream().flatMap(pod -> pod.addresses.stream()).collect(Collectors.toSet());
        Set<IpCidr> ours = new HashSet<>();
        view.enis().forEach(eni -> {
            ours.addAll(eni.prefixes());
            eni.addresses().keySet().stream()
                    .filter(address -> !used.contains(address))
                    .forEach(address -> ours.add(eni.networkOf(address)));
        });
        cloud.truth().forEach(eni -> eni.slots().networks().forEach(ours::remove));
        require(ours.isEmpty(), "the pool counts on " + ours + ", which EC2 does not have on this node");
        require(view.assignments().size() == living.size(), "as many assignments as pods: " + living.size());
        int links = living.stream().mapToInt(pod -> pod.addresses.size()).sum();
        require(kernel.links() == links, "as many links as addresses of pods: " + links);
    }

    private void note(String what) {
        history.append(time.now()).append(' ').append(what).append('\n');
    }

    private void require(boolean holds, String promise) {
        require(holds, () -> promise);
    }

    private void require(boolean holds, Supplier<String> promise) {
        if (!holds && breach.isEmpty()) {
            breach = Optional.of(promise.get() + "\n" + history);
        }
    }

    /** A breach may be noticed inside a reactive pipeline, which would take an exception for an outcome. */
    private void failOnBreach() {
        breach.ifPresent(story -> {
            throw new AssertionError(story);
        });
    }
}
