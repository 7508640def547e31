package io.vpccni.controller;

import io.smallrye.mutiny.Uni;
import io.vpccni.branch.BranchEni;
import io.vpccni.branch.InstanceFacts;
import io.vpccni.branch.SecurityGroups;
import io.vpccni.branch.SeenBranch;
import io.vpccni.branch.TrunkAction;
import io.vpccni.branch.TrunkEvent;
import io.vpccni.branch.TrunkFacts;
import io.vpccni.ec2.CloudException;
import io.vpccni.emulator.InProcess;
import io.vpccni.emulator.Reply;
import io.vpccni.emulator.cloud.AddressWish;
import io.vpccni.emulator.cloud.Attachment;
import io.vpccni.emulator.cloud.Ec2Request;
import io.vpccni.emulator.cloud.Ec2Result;
import io.vpccni.emulator.cloud.NetworkInterface;
import io.vpccni.emulator.cloud.Query;
import io.vpccni.emulator.cloud.TrunkAssociation;
import io.vpccni.testing.VirtualTime;
import io.vpccni.vpc.CloudFailure;
import io.vpccni.vpc.CloudFailure.Kind;
import io.vpccni.vpc.EniId;
import io.vpccni.vpc.Ipv4Address;
import io.vpccni.vpc.Ipv4Cidr;
import io.vpccni.vpc.MacAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The emulator's in-process face as the controller's edges see EC2: the same calls, in virtual time. */
final class SimulatedTrunks {

    static final String VLAN_TAG = "vpcresources.k8s.aws/vlan-id";
    static final String TRUNK_TAG = "vpcresources.k8s.aws/trunk-eni-id";

    private static final Duration HTTP_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Ipv4Cidr SUBNET = Ipv4Cidr.parse("10.0.0.0/19");

    private final InProcess ec2;
    private final VirtualTime time;
    private @Nullable RandomGenerator chance;

    SimulatedTrunks(InProcess ec2, VirtualTime time) {
        this.ec2 = ec2;
        this.time = time;
    }

    /** What EC2 really has of the trunk, now. */
    List<NetworkInterface> truth(EniId trunk) {
        ec2.advance(time.now());
        return ec2.cloud().world().interfaces().values().stream()
                .filter(eni -> trunk.value().equals(eni.tags().get(TRUNK_TAG)))
                .toList();
    }

    Uni<TrunkEvent> carryOut(TrunkFacts trunk, TrunkAction action, BooleanSupplier alive) {
        return switch (action) {
            case TrunkAction.Create create ->
                call(request(trunk, create), alive)
                        .<TrunkEvent>map(result -> new TrunkEvent.Created(
                                create.token(), branch(((Ec2Result.Created) result).eni(), create.vlan())))
                        .onFailure()
                        .recoverWithItem(failed -> new TrunkEvent.CreateFailed(create.token(), failure(failed)));
            case TrunkAction.Associate associate ->
                call(
                                new Ec2Request.AssociateTrunkInterface(
                                        associate.eni().value(),
                                        trunk.eni().value(),
                                        associate.vlan(),
                                        associate.token()),
                                alive)
                        .<TrunkEvent>map(result -> new TrunkEvent.Associated(
                                associate.eni(), association(((Ec2Result.Associated) result).branch())))
                        .onFailure()
                        .recoverWithItem(failed -> new TrunkEvent.AssociateFailed(associate.eni(), failure(failed)));
            case TrunkAction.SetGroups set ->
                call(
                                new Ec2Request.ModifyNetworkInterfaceAttribute(
                                        set.eni().value(), set.groups().ids(), null, null, null),
                                alive)
                        .<TrunkEvent>map(_ -> new TrunkEvent.GroupsSet(set.eni(), set.groups()))
                        .onFailure()
                        .recoverWithItem(failed -> new TrunkEvent.GroupsFailed(set.eni(), failure(failed)));
            case TrunkAction.Delete delete ->
                call(new Ec2Request.DeleteNetworkInterface(delete.eni().value()), alive)
                        .<TrunkEvent>map(_ -> new TrunkEvent.Deleted(delete.eni()))
                        .onFailure()
                        .recoverWithItem(failed -> new TrunkEvent.DeleteFailed(delete.eni(), failure(failed)));
            case TrunkAction.ReplaceTrunk _ ->
                replaced(trunk, alive)
                        .<TrunkEvent>map(TrunkEvent.TrunkReplaced::new)
                        .onFailure()
                        .recoverWithItem(failed -> new TrunkEvent.ReplaceFailed(failure(failed)));
            case TrunkAction.Observe observe ->
                listed(Query.where("tag:" + TRUNK_TAG, trunk.eni().value()), alive)
                        .chain(found -> listed(
                                        Query.where(
                                                "network-interface-id",
                                                trunk.eni().value()),
                                        alive)
                                .<TrunkEvent>map(trunks -> new TrunkEvent.Observed(
                                        observe.known(),
                                        observe.asked(),
                                        found.stream()
                                                .map(SimulatedTrunks::seen)
                                                .toList(),
                                        trunks.stream().anyMatch(eni -> isOn(trunk.instanceId(), eni)))))
                        .onFailure()
                        .recoverWithItem(failed -> new TrunkEvent.ObserveFailed(failure(failed)));
            case TrunkAction.Annotate _ -> throw new IllegalArgumentException("pods are not EC2's");
        };
    }

    /** From now on lists leave out what chance decides; null: nothing. */
    void leaveOut(@Nullable RandomGenerator next) {
        chance = next;
    }

    private Uni<List<NetworkInterface>> listed(Query query, BooleanSupplier alive) {
        return call(new Ec2Request.DescribeNetworkInterfaces(query), alive).map(result -> {
            RandomGenerator random = chance;
            return ((Ec2Result.Interfaces) result)
                    .interfaces().stream()
                            .filter(_ -> random == null || random.nextInt(8) > 0)
                            .toList();
        });
    }

    private static boolean isOn(String instance, NetworkInterface eni) {
        return eni.attachment() != null
                && eni.attachment().instanceId().equals(instance)
                && eni.attachment().status() != Attachment.Status.DETACHING;
    }

    /** The trunk that the instance has, as EC2 knows. */
    Optional<NetworkInterface> trunkOf(String instance) {
        ec2.advance(time.now());
        return ec2.cloud().world().interfacesOf(instance).stream()
                .filter(eni -> eni.isTrunk() && isOn(instance, eni))
                .findFirst();
    }

    /** A trunk of that subnet. */
    static Ec2Request trunkRequest(String subnet) {
        return new Ec2Request.CreateNetworkInterface(
                subnet,
                "aws-k8s-trunk-eni",
                List.of(),
                null,
                AddressWish.NOTHING,
                AddressWish.NOTHING,
                NetworkInterface.TRUNK,
                Ec2Request.CreateNetworkInterface.in(subnet).tracking(),
                Map.of(),
                null);
    }

    private Uni<TrunkFacts> replaced(TrunkFacts lost, BooleanSupplier alive) {
        Optional<NetworkInterface> present = trunkOf(lost.instanceId());
        if (present.isPresent()) {
            return Uni.createFrom().item(with(lost, present.get()));
        }
        return call(trunkRequest(lost.subnet().value()), alive).chain(result -> {
            NetworkInterface made = ((Ec2Result.Created) result).eni();
            return call(attachRequest(made.id(), lost.instanceId()), alive).replaceWith(() -> with(lost, made));
        });
    }

    /** Attaches at the highest free index. */
    Ec2Request attachRequest(String eni, String instance) {
        Set<Integer> taken = ec2.cloud().world().interfacesOf(instance).stream()
                .map(present -> Objects.requireNonNull(present.attachment()).deviceIndex())
                .collect(Collectors.toSet());
        return new Ec2Request.AttachNetworkInterface(eni, instance, taken.contains(2) ? 1 : 2, 0);
    }

    static TrunkFacts with(TrunkFacts lost, NetworkInterface trunk) {
        return lost.with(new InstanceFacts.Interface(
                new EniId(trunk.id()), new MacAddress(trunk.mac()), true, 0, lost.deviceIndex(), lost.subnet()));
    }

    private static Ec2Request request(TrunkFacts trunk, TrunkAction.Create create) {
        return new Ec2Request.CreateNetworkInterface(
                trunk.subnet().value(),
                "aws-k8s-branch-eni",
                create.groups().ids(),
                null,
                AddressWish.NOTHING,
                AddressWish.NOTHING,
                "interface",
                Ec2Request.CreateNetworkInterface.in("subnet").tracking(),
                Map.of(
                        VLAN_TAG,
                        Integer.toString(create.vlan()),
                        TRUNK_TAG,
                        trunk.eni().value()),
                create.token());
    }

    private Uni<Ec2Result> call(Ec2Request request, BooleanSupplier alive) {
        Reply reply = ec2.submit(request, time.now());
        return time.later(reply.answered() ? reply.after() : HTTP_TIMEOUT, alive, () -> outcome(reply));
    }

    private static Uni<Ec2Result> outcome(Reply reply) {
        if (!reply.answered()) {
            return Uni.createFrom().failure(failed(Kind.NO_ANSWER, "Timeout", "no answer"));
        }
        return switch (reply.outcome()) {
            case Reply.Outcome.Ok ok -> Uni.createFrom().item(ok.result());
            case Reply.Outcome.Failed refused ->
                Uni.createFrom()
                        .failure(failed(
                                kind(refused.error().code()),
                                refused.error().code(),
                                refused.error().text()));
        };
    }

    private static CloudException failed(Kind kind, String code, String message) {
        return new CloudException(new CloudFailure(kind, code, message, RETRY), new RuntimeException(code));
    }

    private static CloudFailure failure(Throwable thrown) {
        return thrown instanceof CloudException cloud
                ? cloud.failure()
                : new CloudFailure(Kind.REFUSED, "Bug", String.valueOf(thrown), RETRY);
    }

    private static Kind kind(String code) {
        return switch (code) {
            case "InsufficientFreeAddressesInSubnet" -> Kind.SUBNET_EXHAUSTED;
            case "RequestLimitExceeded" -> Kind.THROTTLED;
            case "InternalError" -> Kind.NO_ANSWER;
            case "AttachmentLimitExceeded", "NetworkInterfaceLimitExceeded" -> Kind.ENI_LIMIT;
            case "UnauthorizedOperation" -> Kind.DENIED;
            default -> code.endsWith(".NotFound") ? Kind.NOT_FOUND : Kind.REFUSED;
        };
    }

    private static SeenBranch seen(NetworkInterface eni) {
        return new SeenBranch(
                new EniId(eni.id()),
                Optional.ofNullable(eni.tags().get(VLAN_TAG)).map(vlan -> branch(eni, Integer.parseInt(vlan))),
                eni.association() != null,
                new SecurityGroups(eni.groupIds()));
    }

    static BranchEni branch(NetworkInterface eni, int vlan) {
        return new BranchEni(
                new EniId(eni.id()),
                new MacAddress(eni.mac()),
                Optional.of(Ipv4Address.parse(eni.primaryAddress().toString())),
                Optional.empty(),
                vlan,
                Optional.of(SUBNET),
                Optional.empty(),
                Optional.ofNullable(eni.association()).map(TrunkAssociation::id));
    }

    private static String association(NetworkInterface eni) {
        return Objects.requireNonNull(eni.association()).id();
    }
}
