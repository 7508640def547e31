package io.vpccni.daemon;

import io.vpccni.emulator.InProcess;
import io.vpccni.emulator.cloud.Block;
import io.vpccni.emulator.cloud.CloudError;
import io.vpccni.emulator.cloud.Ipv4;
import io.vpccni.emulator.cloud.Occupation;
import io.vpccni.emulator.faults.InjectedError;
import io.vpccni.emulator.faults.Links;
import io.vpccni.emulator.imds.Lies;
import io.vpccni.testing.VirtualTime;
import io.vpccni.vpc.Eni;
import io.vpccni.vpc.EniId;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpCidr;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** Everybody and everything that makes a node's life hard at EC2. All of it ends when {@link #leave} is called. */
final class SimulatedOthers {

    private static final List<String> ACTIONS = List.of(
            "AssignPrivateIpAddresses",
            "UnassignPrivateIpAddresses",
            "AssignIpv6Addresses",
            "CreateNetworkInterface",
            "AttachNetworkInterface",
            "DetachNetworkInterface",
            "DeleteNetworkInterface",
            "DescribeNetworkInterfaces");

    private static final List<String> CODES = List.of(
            "RequestLimitExceeded",
            "InternalError",
            "InsufficientFreeAddressesInSubnet",
            "InsufficientCidrBlocks",
            "UnauthorizedOperation");

    private final InProcess ec2;
    private final SimulatedCloud cloud;
    private final VirtualTime time;
    private final RandomGenerator random;
    private final Consumer<String> note;
    private List<Ipv4> occupied = List.of();
    private final Set<IpCidr> taken = new HashSet<>();
    private final Map<EniId, Instant> takenEnis = new HashMap<>();

    SimulatedOthers(
            InProcess ec2, SimulatedCloud cloud, VirtualTime time, RandomGenerator random, Consumer<String> note) {
        this.ec2 = ec2;
        this.cloud = cloud;
        this.time = time;
        this.random = random;
        this.note = note;
    }

    /** Does one of the things that go wrong. */
    void act() {
        switch (random.nextInt(17)) {
            case 0, 1 -> crowdTheSubnet();
            case 2 -> throttleEverything();
            case 3 -> lieInMetadata();
            case 4 -> holdLinksBack();
            case 5 -> takeAnInterface();
            case 6 -> takeAnAddress();
            case 7, 8, 9, 10, 11 -> loseAnAnswer();
            case 16 -> cloud.grantLess(1 + random.nextInt(3));
            default -> refuse();
        }
    }

    private String anyAction() {
        return ACTIONS.get(random.nextInt(ACTIONS.size()));
    }

    private void loseAnAnswer() {
        String action = anyAction();
        note.accept("the next answer to " + action + " is lost");
        ec2.faults().loseAnswers(action, 1);
    }

    private void refuse() {
        String action = anyAction();
        String code = CODES.get(random.nextInt(CODES.size()));
        note.accept(action + " is refused with " + code);
        ec2.faults().inject(new InjectedError(action, code, "injected", 400, 1 + random.nextInt(3)));
    }

    private void throttleEverything() {
        note.accept("the account is throttled");
        ACTIONS.forEach(action -> ec2.faults()
                .inject(new InjectedError(action, "RequestLimitExceeded", "slow down", 503, 2 + random.nextInt(6))));
    }

    /** Others take almost every address of the subnet, or one of each block, and leave again later. */
    private void crowdTheSubnet() {
        if (!occupied.isEmpty()) {
            return;
        }
        Occupation occupation =
                random.nextBoolean() ? new Occupation.OneInEachBlock() : new Occupation.AllBut(random.nextInt(20));
        note.accept("occupied " + occupation);
        occupied = ec2.cloud().occupy(subnet(), occupation, time.now());
        time.after(Duration.ofSeconds(random.nextInt(180)), this::clearTheSubnet);
    }

    private void clearTheSubnet() {
        note.accept("vacated");
        ec2.cloud().vacate(subnet(), occupied, time.now());
        occupied = List.of();
    }

    private String subnet() {
        return cloud.truth().getFirst().subnet().value();
    }

    private void lieInMetadata() {
        Eni eni = any(cloud.truth());
        List<IpCidr> slots = eni.slots().networks().toList();
        Lies.Lie lie = slots.isEmpty() || random.nextInt(3) == 0
                ? new Lies.Lie.HideInterface(eni.id().value())
                : new Lies.Lie.Hide(block(any(slots)));
        note.accept("IMDS lies: " + lie);
        ec2.lies().tell(cloud.instanceId(), lie);
        time.after(
                Duration.ofSeconds(30 + random.nextInt(300)), () -> ec2.lies().clear(cloud.instanceId()));
    }

    private void holdLinksBack() {
        Links.Fault fault = random.nextBoolean()
                ? new Links.Fault.Late(Duration.ofSeconds(1 + random.nextInt(40)))
                : new Links.Fault.Missing();
        note.accept("links of new interfaces: " + fault);
        ec2.links().set(cloud.instanceId(), fault);
        time.after(Duration.ofSeconds(random.nextInt(120)), () -> ec2.links().clear(cloud.instanceId()));
    }

    private void takeAnInterface() {
        Eni eni = any(cloud.truth());
        attempt("takes " + eni.id(), () -> {
            eni.slots().networks().forEach(taken::add);
            takenEnis.put(eni.id(), time.now());
            if (random.nextBoolean()) {
                ec2.somebodyElse().detach(eni.id().value(), time.now());
            } else {
                ec2.somebodyElse().delete(eni.id().value(), time.now());
            }
        });
    }

    private void takeAnAddress() {
        Eni eni = any(cloud.truth());
        List<IpCidr> slots = eni.slots().networks().toList();
        if (!slots.isEmpty()) {
            IpCidr slot = any(slots);
            attempt("takes " + slot + " from " + eni.id(), () -> {
                taken.add(slot);
                ec2.somebodyElse()
                        .unassign(eni.id().value(), List.of(block(slot).toString()), time.now());
            });
        }
    }

    private void attempt(String what, Runnable call) {
        try {
            call.run();
            note.accept("somebody " + what);
        } catch (CloudError error) {
            note.accept("somebody who " + what + " is refused: " + error.code());
        }
    }

    private static Block block(IpCidr network) {
        boolean alone = network.equals(network.base().alone());
        return Block.parse(alone ? network.base().toString() : network.toString());
    }

    private <T> T any(List<T> some) {
        return some.get(random.nextInt(some.size()));
    }

    /** Whether they took an address away from this node at some time: nobody can know it at once. */
    boolean haveTaken(IpAddress address) {
        return taken.stream().anyMatch(network -> network.contains(address));
    }

    /** Whether they took an interface away from this node less than {@code ago} ago. */
    boolean haveJustTaken(EniId eni, Duration ago) {
        return takenEnis.getOrDefault(eni, Instant.MIN).plus(ago).isAfter(time.now());
    }

    /** They stop, and what they hold is free again. */
    void leave() {
        ec2.faults().clearErrors();
        ec2.lies().clear(cloud.instanceId());
        ec2.links().clear(cloud.instanceId());
        clearTheSubnet();
    }
}
