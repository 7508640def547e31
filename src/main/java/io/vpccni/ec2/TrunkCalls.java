package io.vpccni.ec2;

import static io.vpccni.ec2.Ec2Calls.failedWith;
import static io.vpccni.ec2.Ec2Calls.failedWithKind;

import io.smallrye.mutiny.Uni;
import io.vpccni.branch.BranchEni;
import io.vpccni.branch.GroupFacts;
import io.vpccni.branch.InstanceFacts;
import io.vpccni.branch.InstanceFacts.ConnectionTracking;
import io.vpccni.branch.SecurityGroups;
import io.vpccni.branch.SeenBranch;
import io.vpccni.ec2.ApiBudget.Urgency;
import io.vpccni.vpc.CloudFailure;
import io.vpccni.vpc.CloudFailure.Kind;
import io.vpccni.vpc.EniId;
import io.vpccni.vpc.Ipv4Address;
import io.vpccni.vpc.Ipv4Cidr;
import io.vpccni.vpc.Ipv6Address;
import io.vpccni.vpc.Ipv6Cidr;
import io.vpccni.vpc.MacAddress;
import io.vpccni.vpc.SubnetId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.AttachmentStatus;
import software.amazon.awssdk.services.ec2.model.ConnectionTrackingSpecificationRequest;
import software.amazon.awssdk.services.ec2.model.CreateNetworkInterfaceRequest;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkInterfacesResponse;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.GroupIdentifier;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.InstanceNetworkInterface;
import software.amazon.awssdk.services.ec2.model.NetworkInterface;
import software.amazon.awssdk.services.ec2.model.NetworkInterfaceCreationType;
import software.amazon.awssdk.services.ec2.model.ResourceType;
import software.amazon.awssdk.services.ec2.model.Subnet;
import software.amazon.awssdk.services.ec2.model.TagSpecification;

/**
 * What the controller asks of EC2. Every call waits for its turn in the {@link ApiBudget} and fails with a
 * {@link CloudException}.
 *
 * <p>EC2 calls: {@link #createBranch}, {@link #associate}, {@link #setGroups} 1; {@link #delete} 1, by parts 2;
 * {@link #createTrunk} 4 and a few looks; {@link #instance}, {@link #branchesOf}, {@link #isOn} less than 1, since questions gather.
 */
public final class TrunkCalls implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(TrunkCalls.class);

    /** Says of an interface on which instance it is. */
    public static final String INSTANCE_TAG = EniTags.INSTANCE_TAG;

    /** Says of an interface whose it is, by the cluster's name. */
    public static final String CLUSTER_TAG = EniTags.CLUSTER_TAG;

    static final String TRUNK_DESCRIPTION = "aws-k8s-trunk-eni";
    static final String BRANCH_DESCRIPTION = "aws-k8s-branch-eni";
    static final String VLAN_TAG = "vpcresources.k8s.aws/vlan-id";
    static final String TRUNK_TAG = "vpcresources.k8s.aws/trunk-eni-id";
    static final String OWNER_TAG = "eks:eni:owner";
    static final String OWNER = "eks-vpc-resource-controller";

    /** EC2 takes so many values in one filter. */
    private static final int MOST_FILTER_VALUES = 200;

    private static final String TRUNK = "trunk";

    /** The type of an interface while it is associated. */
    private static final String BRANCH = "branch";

    private static final int MOST_INSTANCES = 100;
    private static final int PAGE = 1_000;

    /** Looks at an attachment that is under way, at first once a second; the whole takes a minute at most. */
    private static final int ATTACH_LOOKS = 12;

    private static final Duration FIRST_LOOK = Duration.ofMillis(500);
    private static final Duration LONGEST_LOOK = Duration.ofSeconds(8);

    private final Ec2Calls ec2;
    private final String cluster;
    private final InstanceTable table = InstanceTable.shipped();
    private final Gathering<String, InstanceFacts> instances = new Gathering<>(MOST_INSTANCES, this::describeInstances);
    private final Gathering<EniId, List<SeenBranch>> branches =
            new Gathering<>(MOST_FILTER_VALUES, this::describeBranches);
    private final Gathering<EniId, String> attachments = new Gathering<>(MOST_FILTER_VALUES, this::describeAttachments);
    private final Gathering<SubnetId, SubnetRanges> ranges = new Gathering<>(MOST_FILTER_VALUES, this::describeSubnets);
    private final Map<SubnetId, SubnetRanges> knownRanges = new ConcurrentHashMap<>();

    /** Networks of a subnet. */
    private record SubnetRanges(Ipv4Cidr ipv4, Optional<Ipv6Cidr> ipv6) {}

    /**
     * Where an interface is created.
     *
     * @param tags beside those that every interface of the controller has
     */
    public record Place(String instanceId, SubnetId subnet, SecurityGroups groups, Map<String, String> tags) {
        public Place {
            tags = Map.copyOf(tags);
        }
    }

    TrunkCalls(Ec2Calls ec2, String cluster) {
        this.ec2 = ec2;
        this.cluster = cluster;
    }

    // ------------------------------------------------------------------------------------------------ instances

    /** The instance. Fails with kind NOT_FOUND when EC2 does not know it. */
    public Uni<InstanceFacts> instance(String id) {
        return instances.ask(id).onItem().ifNull().failWith(() -> notFound("instance " + id));
    }

    private static CloudException notFound(String what) {
        return new CloudException(
                new CloudFailure(Kind.NOT_FOUND, "NotFound", "EC2 does not know " + what, Duration.ofSeconds(1)),
                new IllegalStateException(what));
    }

    /** By a filter: one id that does not exist any more would fail a question by ids for all. */
    private Uni<Map<String, InstanceFacts>> describeInstances(Set<String> ids) {
        return ec2.call(
                        "DescribeInstances",
                        Urgency.LOOK,
                        client -> client.describeInstances(request -> request.filters(
                                filter -> filter.name("instance-id").values(ids))))
                .map(response -> response.reservations().stream()
                        .flatMap(reservation -> reservation.instances().stream())
                        .collect(Collectors.toMap(Instance::instanceId, TrunkCalls::facts)));
    }

    private static InstanceFacts facts(Instance instance) {
        List<InstanceNetworkInterface> found = instance.networkInterfaces();
        Optional<InstanceNetworkInterface> primary = found.stream()
                .filter(eni -> eni.attachment().deviceIndex() == 0
                        && cardOf(eni.attachment().networkCardIndex()) == 0)
                .findFirst();
        return new InstanceFacts(
                instance.instanceId(),
                instance.instanceTypeAsString(),
                new SubnetId(instance.subnetId()),
                groups(primary.map(InstanceNetworkInterface::groups).orElse(List.of())),
                primary.map(InstanceNetworkInterface::connectionTrackingConfiguration)
                        .map(set -> new ConnectionTracking(
                                orZero(set.tcpEstablishedTimeout()),
                                orZero(set.udpStreamTimeout()),
                                orZero(set.udpTimeout()))),
                found.stream().map(TrunkCalls::slot).toList());
    }

    private static InstanceFacts.Interface slot(InstanceNetworkInterface eni) {
        return new InstanceFacts.Interface(
                new EniId(eni.networkInterfaceId()),
                new MacAddress(eni.macAddress()),
                TRUNK.equals(eni.interfaceType()),
                cardOf(eni.attachment().networkCardIndex()),
                eni.attachment().deviceIndex(),
                new SubnetId(eni.subnetId()));
    }

    private static int cardOf(@Nullable Integer index) {
        return index == null ? 0 : index;
    }

    private static int orZero(@Nullable Integer seconds) {
        return seconds == null ? 0 : seconds;
    }

    private static SecurityGroups groups(List<GroupIdentifier> found) {
        return new SecurityGroups(found.stream().map(GroupIdentifier::groupId).toList());
    }

    /** Device indexes of the type's card 0. */
    public Uni<Integer> slots(String type) {
        return Uni.createFrom()
                .item(table.limitsOf(type).map(limits -> limits.enis()))
                .chain(known -> known.map(slots -> Uni.createFrom().item(slots)).orElseGet(() -> slotsByEc2(type)));
    }

    private Uni<Integer> slotsByEc2(String type) {
        return ec2.call(
                        "DescribeInstanceTypes",
                        Urgency.LOOK,
                        client -> client.describeInstanceTypes(request -> request.instanceTypesWithStrings(type)))
                .map(response -> response.instanceTypes().stream()
                        .findFirst()
                        .map(info -> info.networkInfo().maximumNetworkInterfaces())
                        .orElseThrow(() -> notFound("instance type " + type)));
    }

    // ------------------------------------------------------------------------------------------------ trunks

    /** Whether the account may make trunks: EC2 opens that API to some accounts only. Nothing is made. */
    public Uni<TrunkAccess> probe(Place place) {
        return ec2.call(
                        "CreateNetworkInterface",
                        Urgency.LOOK,
                        client -> client.createNetworkInterface(
                                request -> trunkRequest(request, place, "probe").dryRun(true)))
                .map(_ -> TrunkAccess.OPEN)
                .onFailure(failedWith("DryRunOperation"))
                .recoverWithItem(TrunkAccess.OPEN)
                .onFailure(TrunkCalls::isGated)
                .recoverWithItem(TrunkAccess.CLOSED)
                .onFailure(failedWithKind(Kind.DENIED))
                .recoverWithItem(TrunkAccess.DENIED);
    }

    /** EC2's refusal of a trunk to an account that it has not let in names the type and the parameter. */
    static boolean isGated(Throwable failure) {
        return failure instanceof CloudException cloud
                && cloud.failure().code().equals("InvalidParameterValue")
                && cloud.failure().message().contains(TRUNK);
    }

    /**
     * Creates a trunk and attaches it; answers when it is attached. What could not be attached is deleted.
     *
     * @param token the same token never creates two
     */
    public Uni<InstanceFacts.Interface> createTrunk(Place place, String token, int deviceIndex) {
        return ec2.untilAnswered(() -> ec2.call(
                        "CreateNetworkInterface",
                        Urgency.WAITER,
                        client -> client.createNetworkInterface(request -> trunkRequest(request, place, token))))
                .map(response -> response.networkInterface())
                .chain(made -> attach(new EniId(made.networkInterfaceId()), place.instanceId(), deviceIndex)
                        .chain(() -> whenAttached(new EniId(made.networkInterfaceId())))
                        .onFailure()
                        .call(failure -> undo(new EniId(made.networkInterfaceId()), failure)));
    }

    private CreateNetworkInterfaceRequest.Builder trunkRequest(
            CreateNetworkInterfaceRequest.Builder request, Place place, String token) {
        return request.clientToken(token)
                .interfaceType(NetworkInterfaceCreationType.TRUNK)
                .description(TRUNK_DESCRIPTION)
                .subnetId(place.subnet().value())
                .groups(place.groups().ids())
                .tagSpecifications(tags(place, Map.of()));
    }

    private Uni<Void> attach(EniId id, String instance, int deviceIndex) {
        return ec2.persistently(() -> ec2.call(
                        "AttachNetworkInterface",
                        Urgency.WAITER,
                        client -> client.attachNetworkInterface(request -> request.networkInterfaceId(id.value())
                                .instanceId(instance)
                                .deviceIndex(deviceIndex))))
                .replaceWithVoid()
                .onFailure(failedWith("InvalidNetworkInterface.InUse"))
                .recoverWithUni(() -> Uni.createFrom().voidItem());
    }

    /** Whether the interface is on the instance, or on its way there. */
    public Uni<Boolean> isOn(String instance, EniId eni) {
        return attachments.ask(eni).map(instance::equals);
    }

    /** The instances of those that are on one and do not leave it. */
    private Uni<Map<EniId, String>> describeAttachments(Set<EniId> enis) {
        Filter filter = Filter.builder()
                .name("network-interface-id")
                .values(enis.stream().map(EniId::value).toList())
                .build();
        return pages(filter, null, new ArrayList<>())
                .map(found -> found.stream()
                        .filter(eni -> eni.attachment() != null
                                && eni.attachment().instanceId() != null
                                && eni.attachment().status() != AttachmentStatus.DETACHING)
                        .collect(Collectors.toMap(
                                eni -> new EniId(eni.networkInterfaceId()),
                                eni -> eni.attachment().instanceId())));
    }

    private Uni<InstanceFacts.Interface> whenAttached(EniId id) {
        return ec2.describe(id)
                .chain(found -> found.attachment() != null && found.attachment().status() == AttachmentStatus.ATTACHED
                        ? ec2.deleteOnTermination(id, found.attachment().attachmentId(), Urgency.WAITER)
                                .replaceWith(found)
                        : Uni.createFrom().failure(new StillAttaching()))
                .onFailure(StillAttaching.class)
                .retry()
                .withExecutor(ec2.timer())
                .withBackOff(FIRST_LOOK, LONGEST_LOOK)
                .atMost(ATTACH_LOOKS)
                .map(found -> new InstanceFacts.Interface(
                        id,
                        new MacAddress(found.macAddress()),
                        true,
                        cardOf(found.attachment().networkCardIndex()),
                        found.attachment().deviceIndex(),
                        new SubnetId(found.subnetId())));
    }

    private static final class StillAttaching extends RuntimeException {
        private static final long serialVersionUID = 1L;

        StillAttaching() {
            super("the interface is still being attached", null, false, false);
        }
    }

    private Uni<Void> undo(EniId id, Throwable why) {
        LOG.warnf("deleting the trunk %s, which could not be attached: %s", id, why.getMessage());
        return ec2.describe(id)
                .chain(found -> found.attachment() == null
                        ? Uni.createFrom().voidItem()
                        : ec2.call(
                                        "DetachNetworkInterface",
                                        Urgency.RELEASE,
                                        client -> client.detachNetworkInterface(request -> request.attachmentId(
                                                found.attachment().attachmentId())))
                                .replaceWithVoid())
                .onFailure()
                .recoverWithNull()
                .chain(() ->
                        ec2.persistently(() -> ec2.deleteInterface(id, Urgency.RELEASE), failedWithKind(Kind.REFUSED)))
                .onFailure()
                .recoverWithUni(failure -> {
                    LOG.errorf("%s is left over: %s", id, failure.getMessage());
                    return Uni.createFrom().voidItem();
                });
    }

    // ------------------------------------------------------------------------------------------------ branches

    /** Creates an interface that can become a branch of {@code trunk}; in a subnet with IPv6 it has an address of each. */
    public Uni<BranchEni> createBranch(
            Place place, EniId trunk, int vlan, String token, Optional<ConnectionTracking> tracking) {
        return rangesOf(place.subnet())
                .chain(ranges -> ec2.call("CreateNetworkInterface", Urgency.WAITER, client -> {
                            CreateNetworkInterfaceRequest.Builder request = CreateNetworkInterfaceRequest.builder()
                                    .clientToken(token)
                                    .description(BRANCH_DESCRIPTION)
                                    .subnetId(place.subnet().value())
                                    .groups(place.groups().ids())
                                    .tagSpecifications(tags(
                                            place, Map.of(VLAN_TAG, Integer.toString(vlan), TRUNK_TAG, trunk.value())));
                            ranges.ipv6().ifPresent(_ -> request.ipv6AddressCount(1));
                            tracking.map(TrunkCalls::specification).ifPresent(request::connectionTrackingSpecification);
                            return client.createNetworkInterface(request.build());
                        })
                        .map(response -> branch(response.networkInterface(), vlan, ranges, Optional.empty())));
    }

    private static ConnectionTrackingSpecificationRequest specification(ConnectionTracking tracking) {
        return ConnectionTrackingSpecificationRequest.builder()
                .tcpEstablishedTimeout(nullIfZero(tracking.tcpEstablished()))
                .udpStreamTimeout(nullIfZero(tracking.udpStream()))
                .udpTimeout(nullIfZero(tracking.udp()))
                .build();
    }

    private static @Nullable Integer nullIfZero(int seconds) {
        return seconds == 0 ? null : seconds;
    }

    private static BranchEni branch(
            NetworkInterface found, int vlan, SubnetRanges ranges, Optional<String> association) {
        return new BranchEni(
                new EniId(found.networkInterfaceId()),
                new MacAddress(found.macAddress()),
                Optional.of(Ipv4Address.parse(found.privateIpAddress())),
                found.ipv6Addresses().stream().findFirst().map(address -> Ipv6Address.parse(address.ipv6Address())),
                vlan,
                Optional.of(ranges.ipv4()),
                ranges.ipv6(),
                association);
    }

    /**
     * Makes the interface a branch. Returns the association's id.
     *
     * @param token the same token never makes two associations
     */
    public Uni<String> associate(EniId trunk, EniId branch, int vlan, String token) {
        return ec2.call(
                        "AssociateTrunkInterface",
                        Urgency.WAITER,
                        client -> client.associateTrunkInterface(request -> request.trunkInterfaceId(trunk.value())
                                .branchInterfaceId(branch.value())
                                .vlanId(vlan)
                                .clientToken(token)))
                .map(response -> response.interfaceAssociation().associationId());
    }

    public Uni<Void> setGroups(EniId eni, SecurityGroups groups) {
        return ec2.call(
                        "ModifyNetworkInterfaceAttribute",
                        Urgency.WAITER,
                        client -> client.modifyNetworkInterfaceAttribute(request ->
                                request.networkInterfaceId(eni.value()).groups(groups.ids())))
                .replaceWithVoid();
    }

    /**
     * Deletes a branch, which ends its association.
     *
     * @param byParts end the association by a call of its own first
     */
    public Uni<Void> delete(EniId eni, Optional<String> association, boolean byParts) {
        Uni<Void> deleted = ec2.deleteInterface(eni, Urgency.RELEASE);
        if (!byParts || association.isEmpty()) {
            return deleted;
        }
        return ec2.call(
                        "DisassociateTrunkInterface",
                        Urgency.RELEASE,
                        client ->
                                client.disassociateTrunkInterface(request -> request.associationId(association.get())))
                .replaceWithVoid()
                .onFailure(failedWithKind(Kind.NOT_FOUND))
                .recoverWithNull()
                .chain(() -> deleted);
    }

    /** The interfaces that carry the trunk's tag, whether associated or not. */
    public Uni<List<SeenBranch>> branchesOf(EniId trunk) {
        return branches.ask(trunk).onItem().ifNull().continueWith(List::of);
    }

    private Uni<Map<EniId, List<SeenBranch>>> describeBranches(Set<EniId> trunks) {
        Filter filter = Filter.builder()
                .name("tag:" + TRUNK_TAG)
                .values(trunks.stream().map(EniId::value).toList())
                .build();
        return pages(filter, null, new ArrayList<>())
                .chain(found -> allRanges(found.stream()
                                .map(eni -> new SubnetId(eni.subnetId()))
                                .collect(Collectors.toSet()))
                        .map(known -> byTrunk(found, known)));
    }

    private Uni<List<NetworkInterface>> pages(Filter filter, @Nullable String next, List<NetworkInterface> before) {
        Uni<DescribeNetworkInterfacesResponse> page = ec2.call(
                "DescribeNetworkInterfaces",
                Urgency.LOOK,
                client -> client.describeNetworkInterfaces(
                        request -> request.filters(filter).maxResults(PAGE).nextToken(next)));
        return page.chain(response -> {
            before.addAll(response.networkInterfaces());
            String token = response.nextToken();
            return token == null || token.isEmpty() ? Uni.createFrom().item(before) : pages(filter, token, before);
        });
    }

    private static Map<EniId, List<SeenBranch>> byTrunk(
            List<NetworkInterface> found, Map<SubnetId, SubnetRanges> ranges) {
        Map<EniId, List<SeenBranch>> seen = new HashMap<>();
        for (NetworkInterface eni : found) {
            Map<String, String> tags = EniTags.map(eni.tagSet());
            Optional<SubnetRanges> subnet = Optional.ofNullable(ranges.get(new SubnetId(eni.subnetId())));
            seen.computeIfAbsent(new EniId(tags.getOrDefault(TRUNK_TAG, "eni-")), _ -> new ArrayList<>())
                    .add(new SeenBranch(
                            new EniId(eni.networkInterfaceId()),
                            subnet.flatMap(known -> vlan(tags).map(vlan -> branch(eni, vlan, known, Optional.empty()))),
                            BRANCH.equals(eni.interfaceTypeAsString()),
                            groups(eni.groups())));
        }
        return seen;
    }

    private static Optional<Integer> vlan(Map<String, String> tags) {
        return Optional.ofNullable(tags.get(VLAN_TAG))
                .filter(text -> text.matches("\\d{1,4}"))
                .map(Integer::parseInt)
                .filter(vlan -> vlan >= BranchEni.FIRST_VLAN && vlan <= BranchEni.LAST_VLAN);
    }

    /** Interfaces of an instance that is gone, which nothing is attached to any more. */
    public Uni<List<EniId>> leftBy(String instanceId) {
        return ec2.call(
                        "DescribeNetworkInterfaces",
                        Urgency.CHORE,
                        client -> client.describeNetworkInterfaces(request -> request.filters(
                                filter -> filter.name("tag:" + EniTags.INSTANCE_TAG)
                                        .values(instanceId),
                                filter -> filter.name("tag:" + OWNER_TAG).values(OWNER, "amazon-vpc-cni"),
                                filter -> filter.name("status").values("available"))))
                .map(response -> response.networkInterfaces().stream()
                        .map(eni -> new EniId(eni.networkInterfaceId()))
                        .toList());
    }

    // ------------------------------------------------------------------------------------------------ groups

    /** Those of the groups that exist. 1 call. */
    public Uni<List<GroupFacts>> groups(SecurityGroups groups) {
        // By a filter: one id that does not exist would fail a question by ids for all.
        return ec2.call(
                        "DescribeSecurityGroups",
                        Urgency.CHORE,
                        client -> client.describeSecurityGroups(request -> request.filters(
                                filter -> filter.name("group-id").values(groups.ids()))))
                .map(response -> response.securityGroups().stream()
                        .map(group -> GroupReading.facts(group, clusterTag()))
                        .toList());
    }

    private String clusterTag() {
        return "kubernetes.io/cluster/" + cluster;
    }

    // ------------------------------------------------------------------------------------------------ subnets

    private Uni<SubnetRanges> rangesOf(SubnetId subnet) {
        SubnetRanges known = knownRanges.get(subnet);
        return known != null
                ? Uni.createFrom().item(known)
                : ranges.ask(subnet)
                        .onItem()
                        .ifNull()
                        .failWith(() -> notFound("subnet " + subnet))
                        .invoke(found -> knownRanges.put(subnet, found));
    }

    /** Those that EC2 still knows. */
    private Uni<Map<SubnetId, SubnetRanges>> allRanges(Collection<SubnetId> subnets) {
        List<Uni<Optional<Map.Entry<SubnetId, SubnetRanges>>>> each = subnets.stream()
                .map(subnet -> rangesOf(subnet)
                        .map(found -> Optional.of(Map.entry(subnet, found)))
                        .onFailure(failedWithKind(Kind.NOT_FOUND))
                        .recoverWithItem(Optional.empty()))
                .toList();
        return each.isEmpty()
                ? Uni.createFrom().item(Map.of())
                : Uni.join()
                        .all(each)
                        .andFailFast()
                        .map(found -> found.stream()
                                .flatMap(Optional::stream)
                                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
    }

    private Uni<Map<SubnetId, SubnetRanges>> describeSubnets(Set<SubnetId> subnets) {
        return ec2.call(
                        "DescribeSubnets",
                        Urgency.LOOK,
                        client -> client.describeSubnets(request -> request.filters(filter -> filter.name("subnet-id")
                                .values(subnets.stream().map(SubnetId::value).toList()))))
                .map(response -> response.subnets().stream()
                        .collect(Collectors.toMap(
                                subnet -> new SubnetId(subnet.subnetId()),
                                subnet -> new SubnetRanges(Ipv4Cidr.parse(subnet.cidrBlock()), ipv6(subnet)))));
    }

    private static Optional<Ipv6Cidr> ipv6(Subnet subnet) {
        return subnet.ipv6CidrBlockAssociationSet().stream()
                .filter(block -> block.ipv6CidrBlockState() == null
                        || "associated".equals(block.ipv6CidrBlockState().stateAsString()))
                .findFirst()
                .map(block -> Ipv6Cidr.parse(block.ipv6CidrBlock()));
    }

    private TagSpecification tags(Place place, Map<String, String> more) {
        Map<String, String> all = new LinkedHashMap<>(place.tags());
        all.put(OWNER_TAG, OWNER);
        all.put(clusterTag(), "owned");
        all.put(EniTags.INSTANCE_TAG, place.instanceId());
        all.putAll(more);
        return TagSpecification.builder()
                .resourceType(ResourceType.NETWORK_INTERFACE)
                .tags(EniTags.list(all))
                .build();
    }

    @Override
    public void close() {
        ec2.close();
    }
}
