package io.vpccni.daemon;

import io.smallrye.mutiny.Uni;
import io.vpccni.ec2.CloudException;
import io.vpccni.emulator.InProcess;
import io.vpccni.emulator.Reply;
import io.vpccni.emulator.cloud.AddressWish;
import io.vpccni.emulator.cloud.Attachment;
import io.vpccni.emulator.cloud.Ec2Request;
import io.vpccni.emulator.cloud.Ec2Result;
import io.vpccni.emulator.cloud.NetworkInterface;
import io.vpccni.emulator.cloud.Query;
import io.vpccni.emulator.cloud.World;
import io.vpccni.testing.VirtualTime;
import io.vpccni.vpc.AttachedEnis;
import io.vpccni.vpc.CloudFailure;
import io.vpccni.vpc.CloudFailure.Kind;
import io.vpccni.vpc.Eni;
import io.vpccni.vpc.EniId;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpCidr;
import io.vpccni.vpc.IpFamily;
import io.vpccni.vpc.Ipv4Address;
import io.vpccni.vpc.Ipv4Cidr;
import io.vpccni.vpc.MacAddress;
import io.vpccni.vpc.SlotKind;
import io.vpccni.vpc.Slots;
import io.vpccni.vpc.SubnetId;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/** The emulator's in-process face as the node's edges see EC2 and IMDS: the same calls in the same order, in virtual time. */
final class SimulatedCloud {

    private static final Duration HTTP_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration RETRY = Duration.ofSeconds(3);
    private static final Duration DETACH_TIME = Duration.ofSeconds(2);

    private final InProcess ec2;
    private final VirtualTime time;
    private final String instanceId;
    private final IpFamily family;
    private int partialGrants;

    SimulatedCloud(InProcess ec2, VirtualTime time, IpFamily family) {
        this.ec2 = ec2;
        this.time = time;
        this.instanceId = ec2.nodes().getFirst().id();
        this.family = family;
    }

    String instanceId() {
        return instanceId;
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
        return found != null
                && found.attachment() != null
                && found.attachment().onWire()
                && !ec2.links().isHeld(id.value());
    }

    /** What IMDS shows, lag and lies included. */
    AttachedEnis metadata() {
        ec2.advance(time.now());
        World late = ec2.cloud().worldBefore(time.now(), ec2.faults().delays().imdsLag());
        return new AttachedEnis(
                ec2.lies().distort(late, instanceId).interfacesOf(instanceId).stream()
                        .filter(found ->
                                found.attachment() != null && found.attachment().onWire())
                        .map(this::eni)
                        .toList(),
                List.of());
    }

    /** EC2 gives half of what the next calls ask for. */
    void grantLess(int calls) {
        partialGrants = calls;
    }

    Uni<Slots> fill(EniId eni, SlotKind kind, int wanted, BooleanSupplier alive) {
        int count = partialGrants-- > 0 ? Math.max(1, wanted / 2) : wanted;
        Ec2Request request =
                switch (kind) {
                    case ADDRESS ->
                        new Ec2Request.AssignPrivateIpAddresses(eni.value(), AddressWish.count(count), false);
                    case PREFIX ->
                        new Ec2Request.AssignPrivateIpAddresses(eni.value(), AddressWish.prefixCount(count), false);
                    case IPV6_PREFIX -> new Ec2Request.AssignIpv6Addresses(eni.value(), AddressWish.prefixCount(count));
                };
        return call(request, alive).map(result -> switch (result) {
            case Ec2Result.AssignedIpv4 granted -> slots(granted.addresses(), granted.prefixes());
            case Ec2Result.AssignedIpv6 granted -> slots(List.of(), granted.prefixes());
            default -> throw new IllegalStateException("no grant: " + result);
        });
    }

    Uni<Void> giveBack(EniId eni, Slots slots, BooleanSupplier alive) {
        return unassign(eni, List.of(), texts(slots.prefixes()), alive)
                .chain(() -> unassign(eni, texts(slots.addresses()), List.of(), alive));
    }

    private Uni<Void> unassign(EniId eni, List<String> addresses, List<String> prefixes, BooleanSupplier alive) {
        if (addresses.isEmpty() && prefixes.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        Ec2Request request =
                switch (family) {
                    case IPV4 -> new Ec2Request.UnassignPrivateIpAddresses(eni.value(), addresses, prefixes);
                    case IPV6 -> new Ec2Request.UnassignIpv6Addresses(eni.value(), addresses, prefixes);
                };
        return call(request, alive)
                .replaceWithVoid()
                .onFailure(failure -> codeOf(failure).equals("InvalidParameterValue"))
                .recoverWithUni(() -> giveBackTheRest(eni, addresses, prefixes, alive));
    }

    /** EC2 refuses the whole call when one address is gone already. */
    private Uni<Void> giveBackTheRest(EniId eni, List<String> addresses, List<String> prefixes, BooleanSupplier alive) {
        return observe(eni, alive)
                .chain(seen -> unassign(
                        eni,
                        both(addresses, seen.slots().addresses()),
                        both(prefixes, seen.slots().prefixes()),
                        alive));
    }

    private static List<String> both(List<String> texts, Set<?> seen) {
        return texts.stream().filter(texts(seen)::contains).toList();
    }

    private static List<String> texts(Set<?> some) {
        return some.stream().map(Object::toString).sorted().toList();
    }

    Uni<Eni> observe(EniId eni, BooleanSupplier alive) {
        return call(new Ec2Request.DescribeNetworkInterfaces(Query.ids(eni.value())), alive)
                .map(result -> ((Ec2Result.Interfaces) result).interfaces().getFirst())
                .map(found -> {
                    if (!isOurs(found)) {
                        throw failure(Kind.NOT_FOUND, "NotAttached", eni + " is not on this instance");
                    }
                    return eni(found);
                });
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

    Uni<Eni> create(
            long number, int card, int deviceIndex, SlotKind kind, int count, String subnet, BooleanSupplier alive) {
        Ec2Request.CreateNetworkInterface create =
                Ec2Request.CreateNetworkInterface.in(subnet).withClientToken(instanceId + "-" + number);
        Ec2Request filled =
                switch (kind) {
                    case ADDRESS -> create.withIpv4(AddressWish.count(count));
                    case PREFIX -> create.withIpv4(AddressWish.prefixCount(count));
                    case IPV6_PREFIX -> create.withIpv6(AddressWish.prefixCount(count));
                };
        return persistently(filled, alive).chain(created -> {
            NetworkInterface eni = ((Ec2Result.Created) created).eni();
            return attach(eni.id(), card, deviceIndex, alive)
                    .onFailure()
                    .call(() -> persistently(new Ec2Request.DeleteNetworkInterface(eni.id()), alive))
                    .map(_ -> eni(eni, card, deviceIndex));
        });
    }

    private Uni<Ec2Result> attach(String eni, int card, int deviceIndex, BooleanSupplier alive) {
        return persistently(new Ec2Request.AttachNetworkInterface(eni, instanceId, deviceIndex, card), alive)
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
                        .onFailure(failure -> Set.of("IncorrectState", "InvalidAttachmentID.NotFound")
                                .contains(codeOf(failure)))
                        .recoverWithItem(new Ec2Result.Done());
        return detached.chain(_ ->
                        time.later(DETACH_TIME, alive, () -> Uni.createFrom().voidItem()))
                .chain(_ -> call(new Ec2Request.DeleteNetworkInterface(id.value()), alive))
                .replaceWithVoid()
                .onFailure(failure -> kindOf(failure) == Kind.NOT_FOUND)
                .recoverWithNull();
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
        return attachment == null ? eni(found, 0, 0) : eni(found, attachment.networkCard(), attachment.deviceIndex());
    }

    private Eni eni(NetworkInterface found, int card, int deviceIndex) {
        return new Eni(
                new EniId(found.id()),
                new MacAddress(found.mac()),
                card,
                deviceIndex,
                new SubnetId(found.subnetId()),
                Ipv4Cidr.parse("10.0.0.0/19"),
                Ipv4Address.parse(found.primaryAddress().toString()),
                switch (family) {
                    case IPV4 ->
                        slots(found.addresses().subList(1, found.addresses().size()), found.prefixes());
                    case IPV6 -> slots(List.of(), found.ipv6Prefixes());
                });
    }

    private static Slots slots(Collection<?> addresses, Collection<?> prefixes) {
        return Slots.of(parsed(addresses, IpAddress::parse), parsed(prefixes, IpCidr::parse));
    }

    private static <T extends Comparable<T>> Set<T> parsed(Collection<?> some, Function<String, T> parse) {
        Set<T> parsed = new TreeSet<>();
        some.forEach(one -> parsed.add(parse.apply(one.toString())));
        return parsed;
    }
}
