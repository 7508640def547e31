package io.vpccni.controller;

import io.smallrye.mutiny.Uni;
import io.vpccni.branch.BranchEni;
import io.vpccni.branch.BranchPod;
import io.vpccni.branch.BranchTerms;
import io.vpccni.branch.KnownBranch;
import io.vpccni.branch.SecurityGroups;
import io.vpccni.branch.Trunk;
import io.vpccni.branch.TrunkAction;
import io.vpccni.branch.TrunkEvent;
import io.vpccni.branch.TrunkFacts;
import io.vpccni.branch.TrunkFigures;
import io.vpccni.emulator.InProcess;
import io.vpccni.emulator.Reply;
import io.vpccni.emulator.cloud.Attachment;
import io.vpccni.emulator.cloud.Ec2Request;
import io.vpccni.emulator.cloud.Ec2Result;
import io.vpccni.emulator.cloud.Instance;
import io.vpccni.emulator.cloud.NetworkInterface;
import io.vpccni.emulator.cloud.NodePlan;
import io.vpccni.emulator.cloud.TrunkAssociation;
import io.vpccni.emulator.cloud.WorldPlan;
import io.vpccni.emulator.faults.Delays;
import io.vpccni.emulator.faults.InjectedError;
import io.vpccni.emulator.faults.Throttle;
import io.vpccni.testing.VirtualTime;
import io.vpccni.vpc.EniId;
import io.vpccni.vpc.MacAddress;
import io.vpccni.vpc.SubnetId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A controller with its real turns and trunks; EC2 is the emulator's in-process face, the API server a few maps. Everything random
 * comes from the seed. Invariants are checked after every event; a breach throws.
 */
final class BranchSimulation implements BranchEdges {

    private static final Duration COOL_DOWN = Duration.ofSeconds(30);
    private static final Duration STATUS_LAG = Duration.ofSeconds(1);

    /** Two looks at EC2 that nothing but time asks for, and everything that they find rested and deleted. */
    private static final Duration QUIET = Duration.ofMinutes(25);

    /** Calls of EC2 in a minute for each node, while everything goes wrong and no budget slows the controller down. */
    private static final int MOST_CALLS = 400;

    /** Seconds; EC2 shows what is after a minute. */
    private static final int MOST_LAG = 45;

    private static final List<String> CALLS = List.of(
            "CreateNetworkInterface",
            "AttachNetworkInterface",
            "AssociateTrunkInterface",
            "ModifyNetworkInterfaceAttribute",
            "DeleteNetworkInterface",
            "DescribeNetworkInterfaces");

    /** A pod as the API server has it. */
    private static final class Pod {
        final BranchPod id;
        final String instance;
        final SecurityGroups groups;
        boolean over;
        Optional<BranchEni> annotation = Optional.empty();

        Pod(BranchPod id, String instance, SecurityGroups groups) {
            this.id = id;
            this.instance = instance;
            this.groups = groups;
        }

        boolean lives() {
            return !over;
        }
    }

    private final RandomGenerator random;
    private final VirtualTime time = new VirtualTime();
    private final InProcess ec2;
    private final SimulatedTrunks cloud;
    private final List<SecurityGroups> sets = new ArrayList<>();
    private final SequencedMap<String, TrunkFacts> trunks = new TreeMap<>();
    private final StringBuilder history = new StringBuilder();

    private final Map<Integer, Pod> pods = new TreeMap<>();

    /** When a pod that knew of it last let go of an interface's address. */
    private final Map<EniId, Instant> left = new HashMap<>();

    /** What the CNINodes say, which a crash may keep from being written. */
    private final Map<String, List<KnownBranch>> status = new HashMap<>();

    /** Interfaces that somebody deleted behind the controller's back. */
    private final Set<EniId> stolen = new HashSet<>();

    /** Trunks that somebody detached. What nobody knows of is not looked for there any more. */
    private final Set<EniId> torn = new HashSet<>();

    private final Set<EniId> allTrunks = new HashSet<>();

    private final Set<String> orphans = new HashSet<>();

    /** Pods that may have been told of an interface before its trunk was known to be gone. */
    private final Map<EniId, BranchPod> told = new HashMap<>();

    private boolean crashedSinceTorn;
    private final List<AssertionError> breaches = new ArrayList<>();
    private BranchTurns turns;
    private List<LoopEvent> inbox = new ArrayList<>();
    private int life;
    private boolean faults = true;

    BranchSimulation(long seed) {
        this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        this.ec2 = new InProcess(
                WorldPlan.usual().withGroups("default", "web", "data", "cache"),
                Delays.published(),
                Throttle.off(),
                seed,
                time.now());
        this.cloud = new SimulatedTrunks(ec2, time);
        ec2.cloud().world().groups().values().stream()
                .map(group -> SecurityGroups.of(group.id()))
                .sorted((one, other) -> one.toString().compareTo(other.toString()))
                .forEach(sets::add);
        for (int node = 0; node < 1 + random.nextInt(2); node++) {
            addNode();
        }
        this.turns = boot();
        ring();
    }

    // ------------------------------------------------------------------------------------------------ the world

    private void addNode() {
        Instance instance = ec2.cloud().addNode(NodePlan.of("m5.large"), time.now());
        String subnet =
                ec2.cloud().world().interfacesOf(instance.id()).getFirst().subnetId();
        NetworkInterface trunk = makeTrunk(instance.id(), subnet);
        trunks.put(
                instance.id(),
                new TrunkFacts(
                        instance.id(),
                        instance.name(),
                        new EniId(trunk.id()),
                        new MacAddress(trunk.mac()),
                        2,
                        new SubnetId(subnet),
                        9));
    }

    private NetworkInterface makeTrunk(String instance, String subnet) {
        NetworkInterface trunk = ((Ec2Result.Created) done(SimulatedTrunks.trunkRequest(subnet))).eni();
        done(cloud.attachRequest(trunk.id(), instance));
        allTrunks.add(new EniId(trunk.id()));
        return trunk;
    }

    /** What somebody else does, whom no fault hits. */
    private Ec2Result done(Ec2Request request) {
        return ec2.cloud().call(request, time.now());
    }

    /** Runs a busy time with faults and restarts, then a quiet one, and checks that everything has settled. */
    String run(int actions) {
        Instant begin = time.now();
        Instant busyUntil = begin;
        for (int number = 0; number < actions; number++) {
            busyUntil = busyUntil.plusMillis(random.nextInt(4_000));
            int pod = number;
            time.at(busyUntil, () -> act(pod));
        }
        pass(busyUntil);
        long minutes = Duration.between(begin, time.now()).toMinutes() + 1;
        require(
                ec2.journal().calls() <= minutes * MOST_CALLS * trunks.size(),
                "EC2 is asked at a bounded rate, not " + ec2.journal().calls() + " times in " + minutes + " min");
        faults = false;
        ec2.faults().clearErrors();
        lag(Duration.ZERO);
        cloud.leaveOut(null);
        CALLS.forEach(call -> ec2.faults().loseAnswers(call, 0));
        pass(time.now().plus(QUIET));
        checkServed();
        pods.values().stream().filter(Pod::lives).toList().forEach(this::end);
        tellAll(new TrunkEvent.PoliciesChanged(Set.of()));
        pass(time.now().plus(QUIET));
        checkEmpty();
        return history.toString();
    }

    private void pass(Instant until) {
        while (time.step(until)) {
            checkInvariants();
            if (!breaches.isEmpty()) {
                throw breaches.getFirst();
            }
        }
    }

    private void act(int number) {
        int dice = random.nextInt(100);
        if (dice < 12) {
            breakSomething();
        } else if (dice < 15) {
            crash();
        } else if (dice < 18) {
            tellPolicies();
        } else if (dice < 60) {
            place(number);
        } else {
            somePod().ifPresent(this::end);
        }
    }

    private void place(int number) {
        List<TrunkFacts> all = List.copyOf(trunks.values());
        TrunkFacts trunk = all.get(random.nextInt(all.size()));
        String instance = trunk.instanceId();
        // The scheduler counts what is free: no more pods on a node than its limit.
        if (living().filter(pod -> pod.instance.equals(instance)).count() >= trunk.limit()) {
            return;
        }
        Pod pod = new Pod(
                new BranchPod("sim", "pod-" + number % 7, "uid-" + number),
                instance,
                sets.get(random.nextInt(sets.size())));
        pods.put(number, pod);
        note("place " + pod.id.uid() + " " + pod.groups + " on " + instance);
        tell(pod);
    }

    private void tell(Pod pod) {
        post(new LoopEvent.Happened(pod.instance, new TrunkEvent.PodPlaced(pod.id, pod.groups)));
    }

    private void end(Pod pod) {
        note("end " + pod.id.uid());
        pod.over = true;
        pod.annotation.ifPresent(eni -> left.put(eni.id(), time.now()));
        post(new LoopEvent.Happened(pod.instance, new TrunkEvent.PodGone(pod.id)));
    }

    private Optional<Pod> somePod() {
        List<Pod> living = living().toList();
        return living.isEmpty() ? Optional.empty() : Optional.of(living.get(random.nextInt(living.size())));
    }

    private Stream<Pod> living() {
        return pods.values().stream().filter(Pod::lives);
    }

    private void breakSomething() {
        String call = CALLS.get(random.nextInt(CALLS.size()));
        int count = 1 + random.nextInt(4);
        switch (random.nextInt(9)) {
            case 0 -> ec2.faults().loseAnswers(call, count);
            case 1 -> ec2.faults().inject(new InjectedError(call, "RequestLimitExceeded", "slow down", 503, count));
            case 2 -> ec2.faults().inject(new InjectedError(call, "InternalError", "oops", 500, count));
            case 3 -> ec2.faults().inject(new InjectedError(call, "UnauthorizedOperation", "no", 403, count));
            case 4 -> orphan();
            case 5 -> steal();
            case 6 -> tear();
            case 7 -> cloud.leaveOut(random.nextBoolean() ? random : null);
            default -> lag(Duration.ofSeconds(random.nextInt(MOST_LAG)));
        }
        note("broken: " + call + " x" + count);
    }

    /** EC2 shows the past from now on. */
    private void lag(Duration behind) {
        ec2.setDelays(Delays.published().withDescribeLag(behind), time.now());
    }

    /** Somebody detaches a trunk, or deletes it. */
    private void tear() {
        List<TrunkFacts> all = List.copyOf(trunks.values());
        String instance = all.get(random.nextInt(all.size())).instanceId();
        boolean deleted = random.nextBoolean();
        cloud.trunkOf(instance)
                .filter(trunk ->
                        trunk.attachment() != null && trunk.attachment().status() == Attachment.Status.ATTACHED)
                .ifPresent(trunk -> {
                    note("torn: " + trunk.id());
                    torn.add(new EniId(trunk.id()));
                    done(new Ec2Request.DetachNetworkInterface(
                            Objects.requireNonNull(trunk.attachment()).id(), false));
                    if (deleted) {
                        done(new Ec2Request.DeleteNetworkInterface(trunk.id()));
                    }
                });
    }

    /** Somebody made an interface with the trunk's tag, and nobody knows of it. */
    private void orphan() {
        TrunkFacts trunk = trunks.values().iterator().next();
        int vlan = 1 + random.nextInt(20);
        Reply made = ec2.submit(
                new Ec2Request.CreateNetworkInterface(
                        trunk.subnet().value(),
                        "aws-k8s-branch-eni",
                        sets.getFirst().ids(),
                        null,
                        Ec2Request.CreateNetworkInterface.in("subnet").ipv4(),
                        Ec2Request.CreateNetworkInterface.in("subnet").ipv6(),
                        "interface",
                        Ec2Request.CreateNetworkInterface.in("subnet").tracking(),
                        random.nextBoolean()
                                ? Map.of(SimulatedTrunks.TRUNK_TAG, trunk.eni().value())
                                : Map.of(
                                        SimulatedTrunks.TRUNK_TAG,
                                        trunk.eni().value(),
                                        SimulatedTrunks.VLAN_TAG,
                                        Integer.toString(vlan)),
                        null),
                time.now());
        if (made.outcome() instanceof Reply.Outcome.Ok(Ec2Result.Created created)) {
            orphans.add(created.eni().id());
            if (random.nextBoolean()) {
                ec2.submit(
                        new Ec2Request.AssociateTrunkInterface(
                                created.eni().id(), trunk.eni().value(), vlan, null),
                        time.now());
            }
        }
    }

    /** Somebody deletes an interface that no pod has. */
    private void steal() {
        Set<EniId> used = living().flatMap(pod -> pod.annotation.stream())
                .map(BranchEni::id)
                .collect(Collectors.toSet());
        trunks.values().stream()
                .flatMap(trunk -> cloud.truth(trunk.eni()).stream())
                .map(eni -> new EniId(eni.id()))
                .filter(id -> !used.contains(id))
                .filter(left::containsKey)
                .findFirst()
                .ifPresent(id -> {
                    note("stolen: " + id);
                    stolen.add(id);
                    ec2.submit(new Ec2Request.DeleteNetworkInterface(id.value()), time.now());
                });
    }

    // ------------------------------------------------------------------------------------------------ the controller

    private BranchTurns boot() {
        BranchTurns booted = new BranchTurns(this, post(life));
        BranchTerms terms = new BranchTerms(COOL_DOWN, Duration.ofSeconds(random.nextInt(90)), random.nextInt(3));
        note("boots with " + terms);
        trunks.replaceAll((instance, facts) -> SimulatedTrunks.with(
                facts,
                cloud.trunkOf(instance)
                        .orElseGet(() -> makeTrunk(instance, facts.subnet().value()))));
        trunks.forEach((instance, facts) -> inbox.add(new LoopEvent.TrunkFound(Trunk.restored(
                facts,
                terms,
                "life" + life,
                status.getOrDefault(instance, List.of()),
                living().filter(pod -> pod.instance.equals(instance) && pod.annotation.isPresent())
                        .collect(Collectors.toMap(pod -> pod.id, pod -> pod.annotation.orElseThrow())),
                time.now()))));
        return booted;
    }

    private void crash() {
        note("crash");
        crashedSinceTorn |= !torn.isEmpty();
        life++;
        inbox = new ArrayList<>();
        turns = boot();
        living().filter(pod -> pod.annotation.isEmpty()).forEach(this::tell);
        tellPolicies();
    }

    private void tellPolicies() {
        tellAll(new TrunkEvent.PoliciesChanged(
                sets.stream().filter(_ -> random.nextInt(4) > 0).collect(Collectors.toSet())));
    }

    private void tellAll(TrunkEvent event) {
        post(new LoopEvent.Everywhere(event));
    }

    private void post(LoopEvent event) {
        post(life).accept(event);
    }

    private Consumer<LoopEvent> post(int ofLife) {
        return event -> {
            if (ofLife == life) {
                inbox.add(event);
                ring();
            }
        };
    }

    private void ring() {
        int now = life;
        time.after(Duration.ZERO, () -> {
            if (now == life) {
                turn();
            }
        });
    }

    private void turn() {
        List<LoopEvent> events = inbox;
        inbox = new ArrayList<>();
        turns.turn(events, time.now());
        int now = life;
        turns.nextWake()
                .filter(wake -> wake.isAfter(time.now()))
                .ifPresent(wake -> time.at(wake, () -> {
                    if (now == life) {
                        turn();
                    }
                }));
    }

    @Override
    public Uni<TrunkEvent> carryOut(TrunkFacts trunk, TrunkAction action) {
        int at = life;
        note(trunk.node() + " " + action);
        if (action instanceof TrunkAction.Annotate annotate) {
            return time.later(
                    Duration.ofMillis(random.nextInt(300)),
                    () -> at == life,
                    () -> Uni.createFrom().item(annotate(trunk, annotate)));
        }
        return cloud.carryOut(trunk, action, () -> at == life).invoke(event -> {
            if (event instanceof TrunkEvent.TrunkReplaced(TrunkFacts facts)) {
                note("replaced by " + facts.eni());
                trunks.put(facts.instanceId(), facts);
                allTrunks.add(facts.eni());
            }
        });
    }

    private TrunkEvent annotate(TrunkFacts trunk, TrunkAction.Annotate annotate) {
        Optional<Pod> pod =
                living().filter(one -> one.id.equals(annotate.pod())).findFirst();
        int dice = faults ? random.nextInt(10) : 9;
        if (dice == 0) {
            told.put(annotate.eni().id(), annotate.pod());
            return new TrunkEvent.AnnotateFailed(annotate.pod(), annotate.eni().id());
        }
        if (pod.isEmpty()) {
            return new TrunkEvent.PodGone(annotate.pod());
        }
        checkGrant(trunk, pod.get(), annotate.eni());
        told.put(annotate.eni().id(), annotate.pod());
        pod.get().annotation = Optional.of(annotate.eni());
        // The server has stored it, and the answer got lost.
        return dice == 1
                ? new TrunkEvent.AnnotateFailed(annotate.pod(), annotate.eni().id())
                : new TrunkEvent.Annotated(annotate.pod(), annotate.eni().id());
    }

    @Override
    public void branchesChanged(TrunkFacts trunk, List<KnownBranch> branches) {
        int at = life;
        time.after(STATUS_LAG, () -> {
            if (at == life) {
                status.put(trunk.instanceId(), branches);
            }
        });
    }

    @Override
    public void interfacesLost(TrunkFacts trunk, List<BranchPod> pods) {
        note(trunk.node() + " lost the interfaces of " + pods);
    }

    // ------------------------------------------------------------------------------------------------ promises

    private void checkGrant(TrunkFacts trunk, Pod pod, BranchEni eni) {
        require(
                pod.annotation.filter(before -> !before.id().equals(eni.id())).isEmpty(),
                "a pod that has an interface gets no other one: " + pod.id.uid());
        Instant free = left.getOrDefault(eni.id(), Instant.EPOCH).plus(COOL_DOWN);
        require(!time.now().isBefore(free), eni.id() + " is given to " + pod.id.uid() + " and rests until " + free);
        NetworkInterface found = ec2.cloud().world().interfaces().get(eni.id().value());
        if (found == null) {
            require(stolen.contains(eni.id()), eni.id() + " of " + pod.id.uid() + " does not exist");
            return;
        }
        TrunkAssociation association = found.association();
        EniId madeFor = new EniId(found.tags().getOrDefault(SimulatedTrunks.TRUNK_TAG, "eni-"));
        boolean unnoticed = madeFor.equals(trunk.eni()) || pod.id.equals(told.get(eni.id()));
        require(
                (torn.contains(madeFor) && unnoticed)
                        || association != null
                                && association.trunkEniId().equals(trunk.eni().value())
                                && association.vlanId() == eni.vlan(),
                eni.id() + " is associated as the annotation says");
        require(
                new SecurityGroups(found.groupIds()).equals(pod.groups),
                pod.id.uid() + " has the groups " + pod.groups + " and not " + found.groupIds());
    }

    private void checkInvariants() {
        Map<EniId, String> owners = new HashMap<>();
        Map<String, String> vlans = new HashMap<>();
        living().filter(pod -> pod.annotation.isPresent()).forEach(pod -> {
            BranchEni eni = pod.annotation.orElseThrow();
            String other = owners.put(eni.id(), pod.id.uid());
            require(other == null, eni.id() + " has two pods: " + other + " and " + pod.id.uid());
            String same = vlans.put(pod.instance + "/" + eni.vlan(), pod.id.uid());
            require(same == null, "VLAN " + eni.vlan() + " has two pods: " + same + " and " + pod.id.uid());
            require(
                    stolen.contains(eni.id())
                            || ec2.cloud()
                                    .world()
                                    .interfaces()
                                    .containsKey(eni.id().value()),
                    eni.id() + " of the living pod " + pod.id.uid() + " is deleted");
        });
        turns.trunks().values().forEach(trunk -> {
            TrunkFigures figures = trunk.figures();
            require(
                    figures.making() + figures.owned() <= figures.limit(),
                    "no more branches than the type allows: " + figures);
        });
    }

    private void checkServed() {
        living().forEach(pod -> {
            require(
                    pod.annotation.isPresent(),
                    pod.id.uid() + " has no interface; "
                            + turns.trunks().values().stream()
                                    .map(trunk -> trunk.figures() + " " + trunk.waiting())
                                    .toList());
            Trunk trunk = Objects.requireNonNull(turns.trunks().get(pod.instance));
            boolean lost = trunk.withLostInterface().contains(pod.id);
            require(
                    lost != isConnected(trunk.facts(), pod, pod.annotation.orElseThrow()),
                    "that " + pod.id.uid() + " lost its interface is said if it is so: " + lost);
        });
        turns.trunks().values().forEach(trunk -> {
            require(trunk.waiting().isEmpty(), "nobody waits at the end");
            Set<EniId> lost = trunk.withLostInterface().stream()
                    .map(pod -> Objects.requireNonNull(trunk.owners().get(pod)).id())
                    .collect(Collectors.toSet());
            Set<EniId> known =
                    trunk.ledger().stream().map(branch -> branch.eni().id()).collect(Collectors.toSet());
            Set<EniId> found = cloud.truth(trunk.facts().eni()).stream()
                    .map(eni -> new EniId(eni.id()))
                    .collect(Collectors.toSet());
            Set<EniId> missing = new HashSet<>(known);
            missing.removeAll(found);
            missing.removeAll(lost);
            require(missing.isEmpty(), "what the controller believes in exists: " + missing);
            found.removeAll(known);
            require(found.isEmpty(), "EC2 has nothing that the controller does not know: " + found);
        });
    }

    private boolean isConnected(TrunkFacts trunk, Pod pod, BranchEni eni) {
        NetworkInterface found = ec2.cloud().world().interfaces().get(eni.id().value());
        TrunkAssociation association = found == null ? null : found.association();
        if (found == null || association == null) {
            return false;
        }
        require(
                association.trunkEniId().equals(trunk.eni().value()) && association.vlanId() == eni.vlan(),
                eni.id() + " is associated as the annotation says");
        require(
                new SecurityGroups(found.groupIds()).equals(pod.groups),
                pod.id.uid() + " has the groups " + pod.groups + " and not " + found.groupIds());
        return true;
    }

    private void checkEmpty() {
        allTrunks.forEach(trunk -> {
            List<NetworkInterface> left = cloud.truth(trunk).stream()
                    .filter(eni -> !torn.contains(trunk) || !(crashedSinceTorn || orphans.contains(eni.id())))
                    .toList();
            require(left.isEmpty(), "everything is freed: " + left);
        });
        turns.trunks()
                .values()
                .forEach(trunk ->
                        require(trunk.plan(time.now()).isEmpty(), "nothing is left to do: " + trunk.plan(time.now())));
    }

    private void note(String what) {
        history.append(time.now()).append(' ').append(what).append('\n');
    }

    /** Kept as well: what is thrown inside a pipeline is that pipeline's failure and nobody else's. */
    private void require(boolean holds, String promise) {
        if (!holds) {
            AssertionError breach = new AssertionError(promise + "\n" + tail());
            breaches.add(breach);
            throw breach;
        }
    }

    private String tail() {
        String[] lines = history.toString().split("\n");
        int from = Math.max(0, lines.length - 60);
        return String.join("\n", List.of(lines).subList(from, lines.length));
    }
}
