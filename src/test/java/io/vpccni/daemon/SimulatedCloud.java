package io.vpccni.daemon;

import io.smallrye.mutiny.Uni;
import io.vpccni.ec2.CloudException;
import io.vpccni.emulator.InProcess;
import io.vpccni.emulator.Reply;
import io.vpccni.emulator.cloud.AddressWish;
import io.vpccni.emulator.cloud.Attachment;
import io.vpccni.emulator.cloud.Ec2Request;
import io.vpccni.emulator.cloud.Ec2Result;
import io.vpccni.emulator.cloud.Ipv4;
import io.vpccni.emulator.cloud.NetworkInterface;
import io.vpccni.emulator.cloud.Query;
import io.vpccni.vpc.CloudFailure;
import io.vpccni.vpc.CloudFailure.Kind;
import io.vpccni.vpc.Eni;
import io.vpccni.vpc.EniId;
import io.vpccni.vpc.Ipv4Address;
import io.vpccni.vpc.Ipv4Cidr;
import io.vpccni.vpc.MacAddress;
import io.vpccni.vpc.SlotKind;
import io.vpccni.vpc.Slots;
import io.vpccni.vpc.SubnetId;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/** The emulator's in-process face as the node's edges see EC2: the same calls in the same order, in virtual time. */
final class SimulatedCloud {

    private static final Duration HTTP_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration RETRY = Duration.ofSeconds(3);
    private static final Duration DETACH_TIME = Duration.ofSeconds(2);

    private final InProcess ec2;
    private final VirtualTime time;
    private final String instanceId;

    SimulatedCloud(InProcess ec2, VirtualTime time) {
        this.ec2 = ec2;
        this.time = time;
        this.instanceId = ec2.nodes().getFirst().id();
    }

    /** What EC2 really has on this node, now. */
    List<Eni> truth() {
        ec2.advance(time.now());
        return ec2.cloud().world().interfaces().values().stream()
                .filter(this::isOurs)
                .map(this::eni)
                .toList();
    }

    boolean isOnWire(EniId id) {
        ec2.advance(time.now());
        NetworkInterface found = ec2.cloud().world().interfaces().get(id.value());
        return found != null && found.attachment() != null && found.attachment().onWire();
    }

    Uni<Slots> fill(EniId eni, SlotKind kind, int count, BooleanSupplier alive) {
        return call(new Ec2Request.AssignPrivateIpAddresses(eni.value(), wish(kind, count), false), alive)
                .map(result -> (Ec2Result.AssignedIpv4) result)
                .map(granted -> slots(granted.addresses(), granted.prefixes()));
    }

    private static AddressWish wish(SlotKind kind, int count) {
        return switch (kind) {
            case ADDRESS -> AddressWish.count(count);
            case PREFIX, IPV6_PREFIX -> AddressWish.prefixCount(count);
        };
    }

    Uni<Void> giveBack(EniId eni, Slots slots, BooleanSupplier alive) {
        return unassign(eni, List.of(), texts(slots.prefixes()), alive)
                .chain(() -> unassign(eni, texts(slots.addresses()), List.of(), alive));
    }

    private Uni<Void> unassign(EniId eni, List<String> addresses, List<String> prefixes, BooleanSupplier alive) {
        return addresses.isEmpty() && prefixes.isEmpty()
                ? Uni.createFrom().voidItem()
                : call(new Ec2Request.UnassignPrivateIpAddresses(eni.value(), addresses, prefixes), alive)
                        .replaceWithVoid()
                        .onFailure(failure -> codeOf(failure).equals("InvalidParameterValue"))
                        .recoverWithNull();
    }

    private static List<String> texts(Set<?> some) {
        return some.stream().map(Object::toString).sorted().toList();
    }

    Uni<Eni> observe(EniId eni, BooleanSupplier alive) {
        return call(new Ec2Request.DescribeNetworkInterfaces(Query.ids(eni.value())), alive)
                .map(result -> ((Ec2Result.Interfaces) result).interfaces().getFirst())
                .map(this::eni);
    }

    Uni<List<Eni>> observeAll(BooleanSupplier alive) {
        Query query = Query.where("attachment.instance-id", instanceId);
        return call(new Ec2Request.DescribeNetworkInterfaces(query), alive)
                .map(result -> ((Ec2Result.Interfaces) result)
                        .interfaces().stream()
                                .filter(this::isOurs)
                                .map(this::eni)
                                .toList());
    }

    Uni<Eni> create(long number, int deviceIndex, SlotKind kind, int count, String subnet, BooleanSupplier alive) {
        Ec2Request create = Ec2Request.CreateNetworkInterface.in(subnet)
                .withIpv4(wish(kind, count))
                .withClientToken(instanceId + "-" + number);
        return persistently(create, alive).chain(created -> {
            NetworkInterface eni = ((Ec2Result.Created) created).eni();
            return attach(eni.id(), deviceIndex, alive)
                    .onFailure()
                    .call(() -> persistently(new Ec2Request.DeleteNetworkInterface(eni.id()), alive))
                    .map(_ -> eni(eni, deviceIndex));
        });
    }

    private Uni<Ec2Result> attach(String eni, int deviceIndex, BooleanSupplier alive) {
        return persistently(new Ec2Request.AttachNetworkInterface(eni, instanceId, deviceIndex, 0), alive)
                .onFailure(failure -> codeOf(failure).equals("InvalidNetworkInterface.InUse"))
                .recoverWithItem(new Ec2Result.Done());
    }

    Uni<Void> delete(EniId id, BooleanSupplier alive) {
        NetworkInterface found = ec2.cloud().world().interfaces().get(id.value());
        if (found == null) {
            return Uni.createFrom().voidItem();
        }
        Attachment attachment = found.attachment();
        Uni<Ec2Result> detached = attachment == null
                ? Uni.createFrom().item(new Ec2Result.Done())
                : call(new Ec2Request.DetachNetworkInterface(attachment.id(), false), alive)
                        .onFailure(failure -> codeOf(failure).equals("IncorrectState"))
                        .recoverWithItem(new Ec2Result.Done());
        return detached.chain(_ ->
                        time.later(DETACH_TIME, alive, () -> Uni.createFrom().voidItem()))
                .chain(_ -> call(new Ec2Request.DeleteNetworkInterface(id.value()), alive))
                .replaceWithVoid();
    }

    private Uni<Ec2Result> call(Ec2Request request, BooleanSupplier alive) {
        Reply reply = ec2.submit(request, time.now());
        Duration delay = reply.answered() ? reply.after() : HTTP_TIMEOUT;
        return time.later(delay, alive, () -> outcome(reply));
    }

    private Uni<Ec2Result> outcome(Reply reply) {
        if (!reply.answered()) {
            return Uni.createFrom().failure(failure(Kind.NO_ANSWER, "Timeout", "no answer"));
        }
        return switch (reply.outcome()) {
            case Reply.Outcome.Ok ok -> Uni.createFrom().item(ok.result());
            case Reply.Outcome.Failed failed ->
                Uni.createFrom()
                        .failure(failure(
                                kind(failed.error().code()),
                                failed.error().code(),
                                failed.error().text()));
        };
    }

    /** Repeats a call that may have happened or may succeed later. */
    private Uni<Ec2Result> persistently(Ec2Request request, BooleanSupplier alive) {
        return Uni.createFrom()
                .deferred(() -> call(request, alive))
                .onFailure(failure -> Set.of(Kind.NO_ANSWER, Kind.THROTTLED).contains(kindOf(failure)))
                .recoverWithUni(() -> time.later(RETRY, alive, () -> persistently(request, alive)));
    }

    private static CloudException failure(Kind kind, String code, String message) {
        return new CloudException(new CloudFailure(kind, code, message, RETRY), new RuntimeException(code));
    }

    private static Kind kindOf(Throwable failure) {
        return failure instanceof CloudException cloud ? cloud.failure().kind() : Kind.REFUSED;
    }

    private static String codeOf(Throwable failure) {
        return failure instanceof CloudException cloud ? cloud.failure().code() : "";
    }

    private static Kind kind(String code) {
        return switch (code) {
            case "InsufficientFreeAddressesInSubnet" -> Kind.SUBNET_EXHAUSTED;
            case "InsufficientCidrBlocks" -> Kind.NO_CONTIGUOUS_PREFIX;
            case "PrivateIpAddressLimitExceeded" -> Kind.ADDRESS_LIMIT;
            case "AttachmentLimitExceeded" -> Kind.ENI_LIMIT;
            case "RequestLimitExceeded" -> Kind.THROTTLED;
            case "InternalError" -> Kind.NO_ANSWER;
            case "UnauthorizedOperation" -> Kind.DENIED;
            default -> code.endsWith(".NotFound") ? Kind.NOT_FOUND : Kind.REFUSED;
        };
    }

    private boolean isOurs(NetworkInterface found) {
        Attachment attachment = found.attachment();
        return attachment != null
                && attachment.instanceId().equals(instanceId)
                && attachment.status() != Attachment.Status.DETACHING;
    }

    private Eni eni(NetworkInterface found) {
        Attachment attachment = found.attachment();
        return eni(found, attachment == null ? 0 : attachment.deviceIndex());
    }

    private Eni eni(NetworkInterface found, int deviceIndex) {
        return new Eni(
                new EniId(found.id()),
                new MacAddress(found.mac()),
                0,
                deviceIndex,
                new SubnetId(found.subnetId()),
                Ipv4Cidr.parse("10.0.0.0/19"),
                Ipv4Address.parse(found.primaryAddress().toString()),
                slots(found.addresses().subList(1, found.addresses().size()), found.prefixes()));
    }

    private static Slots slots(List<Ipv4> addresses, List<io.vpccni.emulator.cloud.Ipv4Cidr> prefixes) {
        return Slots.of(
                addresses.stream()
                        .map(address -> new Ipv4Address(address.bits()))
                        .collect(Collectors.toUnmodifiableSet()),
                prefixes.stream()
                        .map(prefix -> Ipv4Cidr.parse(prefix.toString()))
                        .collect(Collectors.toUnmodifiableSet()));
    }
}
