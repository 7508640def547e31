package io.vpccni.ec2;

import io.smallrye.mutiny.Uni;
import io.vpccni.config.NodeSettings.CloudSettings;
import io.vpccni.ec2.ApiBudget.Urgency;
import io.vpccni.vpc.CloudFailure.Kind;
import io.vpccni.vpc.Eni;
import io.vpccni.vpc.EniId;
import io.vpccni.vpc.InstanceLimits;
import io.vpccni.vpc.Ipv4Address;
import io.vpccni.vpc.Ipv4Cidr;
import io.vpccni.vpc.MacAddress;
import io.vpccni.vpc.NodeIdentity;
import io.vpccni.vpc.SlotKind;
import io.vpccni.vpc.Slots;
import io.vpccni.vpc.SubnetId;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.Ec2AsyncClient;
import software.amazon.awssdk.services.ec2.model.Ec2Response;
import software.amazon.awssdk.services.ec2.model.InstanceTypeHypervisor;
import software.amazon.awssdk.services.ec2.model.InstanceTypeInfo;
import software.amazon.awssdk.services.ec2.model.NetworkInterface;
import software.amazon.awssdk.services.ec2.model.NetworkInterfaceStatus;
import software.amazon.awssdk.services.ec2.model.Subnet;
import software.amazon.awssdk.services.ec2.model.TagSpecification;
import software.amazon.awssdk.services.ec2.model.UnassignPrivateIpAddressesRequest;

/**
 * What the pool asks of EC2, for one node. Every call waits for its turn in the {@link ApiBudget} and fails with a
 * {@link CloudException}.
 *
 * <p>EC2 calls: {@link #fill}, {@link #giveBack}, {@link #observe} 1; {@link #create} 3, two of them in the caller's way;
 * {@link #delete} 2.
 */
public final class EniCalls implements NodeInterfaces, AutoCloseable {

    private static final Logger LOG = Logger.getLogger(EniCalls.class);

    /** Tries of a step that must not be left half done, with up to 20 s between two. */
    private static final int TRIES = 8;

    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(20);

    /** Time EC2 needs to detach an interface; asking to delete it earlier is refused. */
    private static final Duration DETACH_TIME = Duration.ofSeconds(2);

    private final Ec2AsyncClient client;
    private final NodeIdentity node;
    private final EniTags tags;
    private final ApiBudget budget;
    private final Failures failures;
    private final ScheduledExecutorService timer;
    private final CallObserver observer;
    private final Map<EniId, String> attachments = new ConcurrentHashMap<>();
    private final Map<SubnetId, Ipv4Cidr> subnets = new ConcurrentHashMap<>();

    EniCalls(
            Ec2AsyncClient client,
            NodeIdentity node,
            CloudSettings settings,
            ApiBudget budget,
            Failures failures,
            ScheduledExecutorService timer,
            CallObserver observer) {
        this.client = client;
        this.node = node;
        this.tags = new EniTags(node.instanceId(), settings.clusterName(), settings.eniTags());
        this.budget = budget;
        this.failures = failures;
        this.timer = timer;
        this.observer = observer;
    }

    @Override
    public Uni<InstanceLimits> limits() {
        return LimitsSearch.askThenLookUp(this::limitsByEc2, node.instanceType(), timer);
    }

    private Uni<InstanceLimits> limitsByEc2() {
        return call(
                        "DescribeInstanceTypes",
                        Urgency.WAITER,
                        () -> client.describeInstanceTypes(
                                request -> request.instanceTypesWithStrings(node.instanceType())))
                .map(response -> response.instanceTypes().stream()
                        .findFirst()
                        .map(EniCalls::limits)
                        .orElseThrow(() ->
                                new IllegalStateException("EC2 does not know instance type " + node.instanceType())));
    }

    private static InstanceLimits limits(InstanceTypeInfo type) {
        int defaultCard = type.networkInfo().defaultNetworkCardIndex();
        int enis = type.networkInfo().networkCards().stream()
                .filter(card -> card.networkCardIndex() == defaultCard)
                .findFirst()
                .map(card -> card.maximumNetworkInterfaces())
                .orElse(type.networkInfo().maximumNetworkInterfaces());
        return new InstanceLimits(
                enis,
                type.networkInfo().ipv4AddressesPerInterface(),
                type.bareMetal() || type.hypervisor() == InstanceTypeHypervisor.NITRO);
    }

    @Override
    public Uni<List<Eni>> attached() {
        return call(
                        "DescribeNetworkInterfaces",
                        Urgency.WAITER,
                        () -> client.describeNetworkInterfaces(request -> request.filters(
                                filter -> filter.name("attachment.instance-id").values(node.instanceId()))))
                .map(response -> response.networkInterfaces().stream()
                        .filter(EniCalls::isOnDefaultCard)
                        .toList())
                .chain(found -> subnetCidrs(found)
                        .map(_ -> found.stream().map(this::eni).toList()));
    }

    /** Asks for {@code count} more addresses or prefixes on an interface. Returns the new ones only, as EC2 does. */
    public Uni<Slots> fill(EniId eni, SlotKind kind, int count) {
        return call(
                        "AssignPrivateIpAddresses",
                        Urgency.WAITER,
                        () -> client.assignPrivateIpAddresses(request -> {
                            request.networkInterfaceId(eni.value());
                            switch (kind) {
                                case ADDRESS -> request.secondaryPrivateIpAddressCount(count);
                                case PREFIX -> request.ipv4PrefixCount(count);
                            }
                        }))
                .map(response -> new Slots(
                        setOf(
                                response.assignedPrivateIpAddresses(),
                                assigned -> Ipv4Address.parse(assigned.privateIpAddress())),
                        setOf(response.assignedIpv4Prefixes(), prefix -> Ipv4Cidr.parse(prefix.ipv4Prefix()))));
    }

    /** Gives slots back. What EC2 does not have on the interface any more counts as given back. */
    public Uni<Void> giveBack(EniId eni, Slots slots) {
        return unassign(eni, slots)
                .onFailure(failedWith("InvalidParameterValue"))
                .recoverWithUni(() -> giveBackTheRest(eni, slots));
    }

    /** EC2 refuses the whole call when one address is gone already: ask which are left, and give those back. */
    private Uni<Void> giveBackTheRest(EniId eni, Slots slots) {
        return observe(eni)
                .chain(seen -> unassign(
                        eni,
                        new Slots(
                                both(slots.addresses(), seen.slots().addresses()),
                                both(slots.prefixes(), seen.slots().prefixes()))));
    }

    private static <T> Set<T> both(Set<T> some, Set<T> others) {
        return some.stream().filter(others::contains).collect(Collectors.toUnmodifiableSet());
    }

    /** EC2 takes either addresses or prefixes in one call. */
    private Uni<Void> unassign(EniId eni, Slots slots) {
        List<String> addresses =
                slots.addresses().stream().map(Ipv4Address::toString).toList();
        List<String> prefixes =
                slots.prefixes().stream().map(Ipv4Cidr::toString).toList();
        return unassign(eni, prefixes, (request, texts) -> request.ipv4Prefixes(texts))
                .chain(() -> unassign(eni, addresses, (request, texts) -> request.privateIpAddresses(texts)));
    }

    private Uni<Void> unassign(
            EniId eni, List<String> texts, BiConsumer<UnassignPrivateIpAddressesRequest.Builder, List<String>> put) {
        return texts.isEmpty()
                ? Uni.createFrom().voidItem()
                : call(
                                "UnassignPrivateIpAddresses",
                                Urgency.RELEASE,
                                () -> client.unassignPrivateIpAddresses(
                                        request -> put.accept(request.networkInterfaceId(eni.value()), texts)))
                        .replaceWithVoid();
    }

    @Override
    public Uni<Eni> observe(EniId id) {
        return describe(id).chain(found -> subnetCidrs(List.of(found)).map(_ -> eni(found)));
    }

    /**
     * Creates an interface with {@code count} pod addresses or prefixes and attaches it.
     *
     * @param number makes the idempotency token: the same number never creates two interfaces
     */
    public Uni<Eni> create(long number, int deviceIndex, SlotKind kind, int count) {
        String token = node.instanceId() + "-" + Long.toHexString(number);
        TagSpecification creationTags =
                tags.forCreation(); // once: EC2 refuses a token that comes with other parameters
        return persistently(() -> call(
                        "CreateNetworkInterface",
                        Urgency.WAITER,
                        () -> client.createNetworkInterface(request -> {
                            request.clientToken(token)
                                    .description("aws-K8S-" + node.instanceId())
                                    .subnetId(node.subnet().value())
                                    .groups(node.securityGroups())
                                    .tagSpecifications(creationTags);
                            switch (kind) {
                                case ADDRESS -> request.secondaryPrivateIpAddressCount(count);
                                case PREFIX -> request.ipv4PrefixCount(count);
                            }
                        })))
                .map(response -> response.networkInterface())
                .chain(created -> attach(created, deviceIndex)
                        .onFailure()
                        .call(failure -> deleteUnattached(new EniId(created.networkInterfaceId()), failure)));
    }

    private Uni<Eni> attach(NetworkInterface created, int deviceIndex) {
        EniId id = new EniId(created.networkInterfaceId());
        return persistently(() -> call(
                                "AttachNetworkInterface",
                                Urgency.WAITER,
                                () -> client.attachNetworkInterface(request -> request.networkInterfaceId(id.value())
                                        .instanceId(node.instanceId())
                                        .deviceIndex(deviceIndex)))
                        .map(response -> response.attachmentId())
                        .onFailure(failedWith("InvalidNetworkInterface.InUse"))
                        .recoverWithUni(() -> attachmentOf(id)))
                .invoke(attachment -> {
                    attachments.put(id, attachment);
                    deleteOnTermination(id, attachment);
                })
                .chain(_ -> subnetCidrs(List.of(created)))
                .map(_ -> eni(created, deviceIndex));
    }

    /** A lost answer to an attach call shows as "in use" at the next try: by us, or by somebody else. */
    private Uni<String> attachmentOf(EniId id) {
        return describe(id).map(found -> {
            if (found.attachment() == null
                    || !node.instanceId().equals(found.attachment().instanceId())) {
                throw new IllegalStateException(id + " is attached to another instance");
            }
            return found.attachment().attachmentId();
        });
    }

    /** So that the interface ends with its instance. Nobody waits for it: a pod can use the interface before. */
    private void deleteOnTermination(EniId id, String attachment) {
        persistently(() -> call(
                        "ModifyNetworkInterfaceAttribute",
                        Urgency.RELEASE,
                        () -> client.modifyNetworkInterfaceAttribute(request -> request.networkInterfaceId(id.value())
                                .attachment(change ->
                                        change.attachmentId(attachment).deleteOnTermination(true)))))
                .subscribe()
                .with(_ -> {}, failure -> LOG.warnf("%s will outlive its instance: %s", id, failure.getMessage()));
    }

    private Uni<Void> deleteUnattached(EniId id, Throwable why) {
        LOG.warnf("deleting %s, which could not be attached: %s", id, why.getMessage());
        return persistently(() -> deleteOnce(id), EniCalls::isStillInUse)
                .onFailure()
                .recoverWithUni(failure -> {
                    LOG.errorf("%s is left over: %s", id, failure.getMessage());
                    return Uni.createFrom().voidItem();
                });
    }

    /** Detaches and deletes an interface. One that is gone already counts as deleted. */
    public Uni<Void> delete(EniId id) {
        return detach(id)
                .onItem()
                .delayIt()
                .onExecutor(timer)
                .by(DETACH_TIME)
                .chain(() -> persistently(() -> deleteOnce(id), EniCalls::isStillInUse))
                .invoke(() -> attachments.remove(id))
                .onFailure(failedWithKind(Kind.NOT_FOUND))
                .recoverWithUni(() -> Uni.createFrom().voidItem());
    }

    private Uni<Void> detach(EniId id) {
        String known = attachments.get(id);
        Uni<String> attachment = known != null
                ? Uni.createFrom().item(known)
                : describe(id)
                        .map(found -> found.attachment() == null
                                ? ""
                                : found.attachment().attachmentId());
        return attachment.chain(attachmentId -> attachmentId.isEmpty()
                ? Uni.createFrom().voidItem()
                : call(
                                "DetachNetworkInterface",
                                Urgency.RELEASE,
                                () -> client.detachNetworkInterface(request -> request.attachmentId(attachmentId)))
                        .replaceWithVoid()
                        .onFailure(failedWith("InvalidAttachmentID.NotFound").or(failedWith("IncorrectState")))
                        .recoverWithUni(() -> Uni.createFrom().voidItem()));
    }

    private Uni<Void> deleteOnce(EniId id) {
        return call(
                        "DeleteNetworkInterface",
                        Urgency.RELEASE,
                        () -> client.deleteNetworkInterface(request -> request.networkInterfaceId(id.value())))
                .replaceWithVoid();
    }

    private Uni<NetworkInterface> describe(EniId id) {
        return call(
                        "DescribeNetworkInterfaces",
                        Urgency.LOOK,
                        () -> client.describeNetworkInterfaces(request -> request.networkInterfaceIds(id.value())))
                .map(response -> response.networkInterfaces().getFirst());
    }

    private Uni<Void> subnetCidrs(Collection<NetworkInterface> interfaces) {
        List<String> unknown = interfaces.stream()
                .map(NetworkInterface::subnetId)
                .distinct()
                .filter(id -> !subnets.containsKey(new SubnetId(id)))
                .toList();
        if (unknown.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        return call(
                        "DescribeSubnets",
                        Urgency.WAITER,
                        () -> client.describeSubnets(request -> request.subnetIds(unknown)))
                .invoke(response -> response.subnets().forEach(this::remember))
                .replaceWithVoid();
    }

    private void remember(Subnet subnet) {
        subnets.put(new SubnetId(subnet.subnetId()), Ipv4Cidr.parse(subnet.cidrBlock()));
    }

    private Eni eni(NetworkInterface found) {
        return eni(found, found.attachment().deviceIndex());
    }

    private Eni eni(NetworkInterface found, int deviceIndex) {
        SubnetId subnet = new SubnetId(found.subnetId());
        Ipv4Cidr cidr = subnets.get(subnet);
        if (cidr == null) {
            throw new IllegalStateException("EC2 does not know subnet " + subnet + " of " + found.networkInterfaceId());
        }
        return new Eni(
                new EniId(found.networkInterfaceId()),
                new MacAddress(found.macAddress()),
                0,
                deviceIndex,
                subnet,
                cidr,
                Ipv4Address.parse(found.privateIpAddress()),
                new Slots(
                        found.privateIpAddresses().stream()
                                .filter(address -> !address.primary())
                                .map(address -> Ipv4Address.parse(address.privateIpAddress()))
                                .collect(Collectors.toUnmodifiableSet()),
                        setOf(found.ipv4Prefixes(), prefix -> Ipv4Cidr.parse(prefix.ipv4Prefix()))));
    }

    private static <T, R> Set<R> setOf(List<T> found, Function<T, R> read) {
        return found.stream().map(read).collect(Collectors.toUnmodifiableSet());
    }

    private static boolean isOnDefaultCard(NetworkInterface found) {
        Integer card = found.attachment().networkCardIndex();
        return found.status() != NetworkInterfaceStatus.DETACHING && (card == null || card == 0);
    }

    /** Calls of each action that could be made at once. */
    public Map<String, Double> budgetTokens() {
        return budget.tokens();
    }

    private <T> Uni<T> call(String action, Urgency urgency, Supplier<CompletableFuture<T>> send) {
        return budget.call(
                action,
                urgency,
                () -> CallObserver.observed(observer, action, send, EniCalls::requestId)
                        .invoke(failures::succeeded)
                        .onFailure()
                        .transform(failures::of));
    }

    private static String requestId(@Nullable Object response) {
        return response instanceof Ec2Response answered
                ? Objects.requireNonNullElse(answered.responseMetadata().requestId(), "")
                : "";
    }

    /** Repeats a step that another has already been built on, as long as the failure may pass. */
    private <T> Uni<T> persistently(Supplier<Uni<T>> step) {
        return persistently(step, _ -> false);
    }

    private <T> Uni<T> persistently(Supplier<Uni<T>> step, Predicate<Throwable> alsoPasses) {
        return Uni.createFrom()
                .deferred(step::get)
                .onFailure(failedWithKind(Kind.THROTTLED)
                        .or(failedWithKind(Kind.NO_ANSWER))
                        .or(alsoPasses))
                .retry()
                .withExecutor(timer)
                .withBackOff(FIRST_PAUSE, LONGEST_PAUSE)
                .withJitter(0.5)
                .atMost(TRIES)
                .onFailure(IllegalStateException.class)
                .transform(EniCalls::exhausted);
    }

    /** EC2 refuses to delete an interface whose detachment is still under way, with either of two codes. */
    private static boolean isStillInUse(Throwable failure) {
        return failedWith("InvalidNetworkInterface.InUse")
                .or(failedWith("InvalidParameterValue"))
                .test(failure);
    }

    /** The back-off operator wraps the last failure; callers want the failure itself. */
    private static Throwable exhausted(Throwable wrapped) {
        return wrapped.getCause() instanceof CloudException cloud ? cloud : wrapped;
    }

    private static Predicate<Throwable> failedWith(String code) {
        return failure -> failure instanceof CloudException cloud
                && cloud.failure().code().equals(code);
    }

    private static Predicate<Throwable> failedWithKind(Kind kind) {
        return failure ->
                failure instanceof CloudException cloud && cloud.failure().kind() == kind;
    }

    @Override
    public void close() {
        client.close();
    }
}
