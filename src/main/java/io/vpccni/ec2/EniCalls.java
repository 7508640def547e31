package io.vpccni.ec2;

import static io.vpccni.ec2.Ec2Calls.failedWith;
import static io.vpccni.ec2.Ec2Calls.failedWithKind;

import io.smallrye.mutiny.Uni;
import io.vpccni.config.NodeSettings.CloudSettings;
import io.vpccni.ec2.ApiBudget.Urgency;
import io.vpccni.vpc.AttachedEnis;
import io.vpccni.vpc.CloudFailure.Kind;
import io.vpccni.vpc.Eni;
import io.vpccni.vpc.EniId;
import io.vpccni.vpc.InstanceLimits;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpCidr;
import io.vpccni.vpc.Ipv4Address;
import io.vpccni.vpc.Ipv4Cidr;
import io.vpccni.vpc.Ipv6Cidr;
import io.vpccni.vpc.NodeIdentity;
import io.vpccni.vpc.Placement;
import io.vpccni.vpc.SlotKind;
import io.vpccni.vpc.Slots;
import io.vpccni.vpc.SubnetId;
import io.vpccni.vpc.SubnetSupply;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import software.amazon.awssdk.services.ec2.model.AssignPrivateIpAddressesRequest;
import software.amazon.awssdk.services.ec2.model.GroupIdentifier;
import software.amazon.awssdk.services.ec2.model.InstanceTypeHypervisor;
import software.amazon.awssdk.services.ec2.model.InstanceTypeInfo;
import software.amazon.awssdk.services.ec2.model.NetworkCardInfo;
import software.amazon.awssdk.services.ec2.model.NetworkInterface;
import software.amazon.awssdk.services.ec2.model.NetworkInterfaceStatus;
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

    /** Time EC2 needs to detach an interface; asking to delete it earlier is refused. */
    private static final Duration DETACH_TIME = Duration.ofSeconds(2);

    private final Ec2Calls ec2;
    private final NodeIdentity node;
    private final EniTags tags;
    private final DescribedEnis enis;
    private final Subnets subnets;
    private final Placements placements;
    private final boolean mayTag;
    private final SecurityGroups groups;
    private final InstantSource clock;
    /** Whether EC2 has been asked once: the groups may have changed before we started. */
    private volatile boolean groupsCompared;

    private final Map<EniId, String> attachments = new ConcurrentHashMap<>();

    /** Creations under way by their number, and when they began. */
    private final Map<Long, Instant> creating = new ConcurrentHashMap<>();

    EniCalls(
            Ec2Calls ec2,
            NodeIdentity node,
            CloudSettings settings,
            DescribedEnis enis,
            Subnets subnets,
            Placements placements,
            SecurityGroups groups,
            InstantSource clock) {
        this.ec2 = ec2;
        this.node = node;
        this.tags = new EniTags(node.instanceId(), settings.clusterName(), settings.eniTags());
        this.enis = enis;
        this.subnets = subnets;
        this.placements = placements;
        this.mayTag = settings.access().mayProvision();
        this.groups = groups;
        this.clock = clock;
    }

    @Override
    public Uni<InstanceLimits> limits() {
        return LimitsSearch.askThenLookUp(this::limitsByEc2, node.instanceType(), ec2.timer());
    }

    private Uni<InstanceLimits> limitsByEc2() {
        return ec2.call(
                        "DescribeInstanceTypes",
                        Urgency.WAITER,
                        client -> client.describeInstanceTypes(
                                request -> request.instanceTypesWithStrings(node.instanceType())))
                .map(response -> response.instanceTypes().stream()
                        .findFirst()
                        .map(EniCalls::limits)
                        .orElseThrow(() ->
                                new IllegalStateException("EC2 does not know instance type " + node.instanceType())));
    }

    private static InstanceLimits limits(InstanceTypeInfo type) {
        Map<Integer, Integer> enis = type.networkInfo().networkCards().stream()
                .collect(Collectors.toMap(
                        NetworkCardInfo::networkCardIndex, NetworkCardInfo::maximumNetworkInterfaces, Integer::sum));
        enis.putIfAbsent(0, type.networkInfo().maximumNetworkInterfaces());
        return new InstanceLimits(
                new TreeMap<>(enis),
                type.networkInfo().ipv4AddressesPerInterface(),
                type.bareMetal() || type.hypervisor() == InstanceTypeHypervisor.NITRO);
    }

    @Override
    public Uni<AttachedEnis> attached() {
        return describeAttached().chain(found -> {
            List<NetworkInterface> ours = found.stream().filter(enis::isOurs).toList();
            if (mayTag) {
                tagWhatLacksTags(ours);
            }
            return placements
                    .learn(ours.stream()
                            .map(eni -> new SubnetId(eni.subnetId()))
                            .toList())
                    .map(_ -> new AttachedEnis(
                            ours.stream().map(enis::eni).toList(),
                            found.stream()
                                    .filter(eni -> !enis.isOurs(eni))
                                    .map(DescribedEnis::foreign)
                                    .toList()));
        });
    }

    private Uni<List<NetworkInterface>> describeAttached() {
        return ec2.call(
                        "DescribeNetworkInterfaces",
                        Urgency.WAITER,
                        client -> client.describeNetworkInterfaces(request -> request.filters(
                                filter -> filter.name("attachment.instance-id").values(node.instanceId()))))
                .map(response -> response.networkInterfaces().stream()
                        .filter(found -> found.status() != NetworkInterfaceStatus.DETACHING)
                        .toList());
    }

    private void tagWhatLacksTags(List<NetworkInterface> ours) {
        Map<Map<String, String>, List<String>> lacking = ours.stream()
                .collect(Collectors.groupingBy(
                        eni -> tags.missing(EniTags.map(eni.tagSet())),
                        Collectors.mapping(NetworkInterface::networkInterfaceId, Collectors.toList())));
        lacking.forEach((missing, ids) -> {
            if (!missing.isEmpty()) {
                ec2.tag(ids, missing, Urgency.RELEASE)
                        .subscribe()
                        .with(
                                _ -> LOG.infof("%s tagged with %s", ids, missing),
                                failure -> LOG.warnf("%s lack the tags %s: %s", ids, missing, failure.getMessage()));
            }
        });
    }

    /**
     * Gives all our interfaces the security groups that the first one has now, where they differ. With custom networking each
     * keeps the groups of its ENIConfig.
     */
    public Uni<Void> refreshSecurityGroups() {
        List<String> before = groups.current();
        return groups.refresh()
                .chain(now -> placements.keepGroups() || (groupsCompared && now.equals(before))
                        ? Uni.createFrom().voidItem()
                        : describeAttached()
                                .map(found -> found.stream()
                                        .filter(enis::isTaggedOurs)
                                        .filter(eni -> !Set.copyOf(now).equals(groupsOf(eni)))
                                        .map(eni -> setGroups(eni.networkInterfaceId(), now))
                                        .toList())
                                .chain(changes -> changes.isEmpty()
                                        ? Uni.createFrom().voidItem()
                                        : Uni.join()
                                                .all(changes)
                                                .andCollectFailures()
                                                .replaceWithVoid())
                                .invoke(() -> groupsCompared = true));
    }

    private static Set<String> groupsOf(NetworkInterface found) {
        return setOf(found.groups(), GroupIdentifier::groupId);
    }

    private Uni<Void> setGroups(String eni, List<String> wanted) {
        return ec2.persistently(() -> ec2.call(
                        "ModifyNetworkInterfaceAttribute",
                        Urgency.RELEASE,
                        client -> client.modifyNetworkInterfaceAttribute(
                                request -> request.networkInterfaceId(eni).groups(wanted))))
                .invoke(() -> LOG.infof("%s has the security groups %s now", eni, wanted))
                .replaceWithVoid();
    }

    /**
     * Asks for {@code count} more addresses or prefixes on an interface. Returns the new ones, as EC2 does; emulations of it may
     * add what the interface had before, its own address too. An answer without any of that kind counts as a refusal: taken for
     * a success, it would be asked for again at once.
     */
    public Uni<Slots> fill(EniId eni, SlotKind kind, int count) {
        return ask(eni, kind, count).map(answer -> {
            Slots granted = answer.only(kind);
            if (granted.isEmpty()) {
                throw ec2.failures()
                        .of(
                                kind == SlotKind.ADDRESS ? Kind.REFUSED : Kind.NO_CONTIGUOUS_PREFIX,
                                "NothingGranted",
                                "the answer has none of the %d %s that were asked for"
                                        .formatted(count, kind == SlotKind.ADDRESS ? "addresses" : "prefixes"));
            }
            return granted;
        });
    }

    private Uni<Slots> ask(EniId eni, SlotKind kind, int count) {
        return switch (kind) {
            case ADDRESS ->
                assignIpv4(request -> request.networkInterfaceId(eni.value()).secondaryPrivateIpAddressCount(count));
            case PREFIX ->
                assignIpv4(request -> request.networkInterfaceId(eni.value()).ipv4PrefixCount(count));
            case IPV6_PREFIX ->
                ec2.call(
                                "AssignIpv6Addresses",
                                Urgency.WAITER,
                                client -> client.assignIpv6Addresses(request ->
                                        request.networkInterfaceId(eni.value()).ipv6PrefixCount(count)))
                        .map(response -> Slots.ofPrefixes(setOf(response.assignedIpv6Prefixes(), Ipv6Cidr::parse)));
        };
    }

    private Uni<Slots> assignIpv4(Consumer<AssignPrivateIpAddressesRequest.Builder> request) {
        return ec2.call("AssignPrivateIpAddresses", Urgency.WAITER, client -> client.assignPrivateIpAddresses(request))
                .map(response -> Slots.of(
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

    /** EC2 takes either addresses or prefixes in one call, and each family by a call of its own. */
    private Uni<Void> unassign(EniId eni, Slots slots) {
        List<String> addresses =
                slots.addresses().stream().map(IpAddress::toString).toList();
        return unassign(eni, prefixes(slots, SlotKind.PREFIX), (request, texts) -> request.ipv4Prefixes(texts))
                .chain(() -> unassign(eni, addresses, (request, texts) -> request.privateIpAddresses(texts)))
                .chain(() -> unassignIpv6(eni, prefixes(slots, SlotKind.IPV6_PREFIX)));
    }

    private static List<String> prefixes(Slots slots, SlotKind kind) {
        return slots.prefixes().stream()
                .filter(prefix -> SlotKind.of(prefix) == kind)
                .map(IpCidr::toString)
                .toList();
    }

    private Uni<Void> unassign(
            EniId eni, List<String> texts, BiConsumer<UnassignPrivateIpAddressesRequest.Builder, List<String>> put) {
        return texts.isEmpty()
                ? Uni.createFrom().voidItem()
                : ec2.call(
                                "UnassignPrivateIpAddresses",
                                Urgency.RELEASE,
                                client -> client.unassignPrivateIpAddresses(
                                        request -> put.accept(request.networkInterfaceId(eni.value()), texts)))
                        .replaceWithVoid();
    }

    private Uni<Void> unassignIpv6(EniId eni, List<String> prefixes) {
        return prefixes.isEmpty()
                ? Uni.createFrom().voidItem()
                : ec2.call(
                                "UnassignIpv6Addresses",
                                Urgency.RELEASE,
                                client -> client.unassignIpv6Addresses(request ->
                                        request.networkInterfaceId(eni.value()).ipv6Prefixes(prefixes)))
                        .replaceWithVoid();
    }

    @Override
    public Uni<Eni> observe(EniId id) {
        return ec2.describe(id)
                .chain(found -> placements
                        .learn(List.of(new SubnetId(found.subnetId())))
                        .map(_ -> enis.eni(found)));
    }

    /**
     * Creates an interface with {@code count} pod addresses or prefixes and attaches it.
     *
     * @param number makes the idempotency token: the same number never creates two interfaces
     */
    public Uni<Eni> create(long number, int card, int deviceIndex, SlotKind kind, int count) {
        return placements
                .candidates()
                .onSubscription()
                .invoke(() -> creating.put(number, clock.instant()))
                .chain(candidates -> createInOneOf(candidates, number, kind, count))
                .chain(created -> attach(created, card, deviceIndex)
                        .onFailure()
                        .call(failure -> deleteUnattached(new EniId(created.networkInterfaceId()), failure)))
                .onTermination()
                .invoke(() -> creating.remove(number));
    }

    private Uni<NetworkInterface> createInOneOf(List<Placement> candidates, long number, SlotKind kind, int count) {
        Placement best = candidates.getFirst();
        List<Placement> others = candidates.subList(1, candidates.size());
        Uni<NetworkInterface> created = createIn(best, number, kind, count);
        return others.isEmpty()
                ? created
                : created.onFailure(failedWithKind(Kind.SUBNET_EXHAUSTED).or(failedWithKind(Kind.NO_CONTIGUOUS_PREFIX)))
                        .recoverWithUni(failure -> {
                            LOG.infof("%s has no room, trying another subnet: %s", best.subnet(), failure.getMessage());
                            subnets.wasFull();
                            return createInOneOf(others, number, kind, count);
                        });
    }

    private Uni<NetworkInterface> createIn(Placement where, long number, SlotKind kind, int count) {
        // Both once: EC2 refuses a token that comes again with other parameters.
        String token = node.instanceId() + "-" + Long.toHexString(number) + "-"
                + where.subnet().value();
        TagSpecification creationTags = tags.forCreation(clock.instant());
        return ec2.untilAnswered(() -> ec2.call(
                        "CreateNetworkInterface",
                        Urgency.WAITER,
                        client -> client.createNetworkInterface(request -> {
                            request.clientToken(token)
                                    .description(LeakRule.DESCRIPTION_PREFIX + node.instanceId())
                                    .subnetId(where.subnet().value())
                                    .groups(where.securityGroups())
                                    .tagSpecifications(creationTags);
                            switch (kind) {
                                case ADDRESS -> request.secondaryPrivateIpAddressCount(count);
                                case PREFIX -> request.ipv4PrefixCount(count);
                                case IPV6_PREFIX -> request.ipv6PrefixCount(count);
                            }
                        })))
                .map(response -> response.networkInterface());
    }

    private Uni<Eni> attach(NetworkInterface created, int card, int deviceIndex) {
        EniId id = new EniId(created.networkInterfaceId());
        return ec2.persistently(() -> ec2.call(
                                "AttachNetworkInterface",
                                Urgency.WAITER,
                                client ->
                                        client.attachNetworkInterface(request -> request.networkInterfaceId(id.value())
                                                .instanceId(node.instanceId())
                                                .networkCardIndex(card)
                                                .deviceIndex(deviceIndex)))
                        .map(response -> response.attachmentId())
                        .onFailure(failedWith("InvalidNetworkInterface.InUse"))
                        .recoverWithUni(() -> attachmentOf(id)))
                .invoke(attachment -> {
                    attachments.put(id, attachment);
                    deleteOnTermination(id, attachment);
                })
                .chain(_ -> placements.learn(List.of(new SubnetId(created.subnetId()))))
                .map(_ -> enis.eni(created, card, deviceIndex));
    }

    /** A lost answer to an attach call shows as "in use" at the next try: by us, or by somebody else. */
    private Uni<String> attachmentOf(EniId id) {
        return ec2.describe(id).map(found -> {
            if (found.attachment() == null
                    || !node.instanceId().equals(found.attachment().instanceId())) {
                throw new IllegalStateException(id + " is attached to another instance");
            }
            return found.attachment().attachmentId();
        });
    }

    /** So that the interface ends with its instance. Nobody waits for it: a pod can use the interface before. */
    private void deleteOnTermination(EniId id, String attachment) {
        ec2.deleteOnTermination(id, attachment, Urgency.RELEASE)
                .subscribe()
                .with(_ -> {}, failure -> LOG.warnf("%s will outlive its instance: %s", id, failure.getMessage()));
    }

    private Uni<Void> deleteUnattached(EniId id, Throwable why) {
        LOG.warnf("deleting %s, which could not be attached: %s", id, why.getMessage());
        return ec2.persistently(() -> ec2.deleteInterface(id, Urgency.RELEASE), EniCalls::isStillInUse)
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
                .onExecutor(ec2.timer())
                .by(DETACH_TIME)
                .chain(() -> ec2.persistently(() -> ec2.deleteInterface(id, Urgency.RELEASE), EniCalls::isStillInUse))
                .invoke(() -> attachments.remove(id))
                .onFailure(failedWithKind(Kind.NOT_FOUND))
                .recoverWithUni(() -> Uni.createFrom().voidItem());
    }

    private Uni<Void> detach(EniId id) {
        String known = attachments.get(id);
        Uni<String> attachment = known != null
                ? Uni.createFrom().item(known)
                : ec2.describe(id)
                        .map(found -> found.attachment() == null
                                ? ""
                                : found.attachment().attachmentId());
        return attachment.chain(attachmentId -> attachmentId.isEmpty()
                ? Uni.createFrom().voidItem()
                : ec2.call(
                                "DetachNetworkInterface",
                                Urgency.RELEASE,
                                client -> client.detachNetworkInterface(request -> request.attachmentId(attachmentId)))
                        .replaceWithVoid()
                        .onFailure(failedWith("InvalidAttachmentID.NotFound").or(failedWith("IncorrectState")))
                        .recoverWithUni(() -> Uni.createFrom().voidItem()));
    }

    private static <T, R> Set<R> setOf(List<T> found, Function<T, R> read) {
        return found.stream().map(read).collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Interfaces that were created and never attached.
     *
     * @param bornAt when this daemon began: what this instance created before, nobody will attach any more
     */
    public LeakedEnis leaked(Instant bornAt) {
        return new LeakedEnis(
                ec2,
                node,
                tags,
                clock,
                () -> new LeakRule(
                        node.instanceId(), bornAt, creating.values().stream().min(Instant::compareTo)));
    }

    /** What the subnets that this node knows have left. Asks EC2 in the background when that is more than 10 minutes old. */
    public List<SubnetSupply> subnetSupplies() {
        return subnets.supplies();
    }

    /** Calls of each action that could be made at once. */
    public Map<String, Double> budgetTokens() {
        return ec2.tokens();
    }

    /** EC2 refuses to delete an interface whose detachment is still under way, with either of two codes. */
    private static boolean isStillInUse(Throwable failure) {
        return failedWith("InvalidNetworkInterface.InUse")
                .or(failedWith("InvalidParameterValue"))
                .test(failure);
    }

    @Override
    public void close() {
        ec2.close();
    }
}
