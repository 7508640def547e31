package io.vpccni.emulator.cloud;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A VPC and the part of EC2 that acts on it. One caller at a time.
 *
 * <p>Time is what the callers say it is: {@link #advance} ends the transitions that are due, {@link #call} does so first
 * and then decides. Instants must not go back. Each call is carried out in full or throws and changes nothing.
 */
public final class Cloud {
    private final Ledger ledger;
    private final InterfaceLife life;
    private final AddressBook book;
    private final Trunks trunks;
    private final GroupLife groups;
    private final boolean mirrors;
    private int nodeCount;

    public Cloud(WorldPlan plan, long seed) {
        this(planned(plan, new IdSource(seed)), false);
    }

    private Cloud(Ledger ledger, boolean mirrors) {
        this.ledger = ledger;
        this.mirrors = mirrors;
        this.life = new InterfaceLife(ledger);
        this.book = new AddressBook(ledger);
        this.trunks = new Trunks(ledger);
        this.groups = new GroupLife(ledger);
    }

    private static Ledger planned(WorldPlan plan, IdSource ids) {
        return new Ledger(plan.build(ids), ids, AccountLimits.USUAL.withTrunkApi(plan.trunkApi()));
    }

    /** The mirror of a world that is somebody else's: it changes by {@link #show} and by nothing else. */
    public static Cloud mirror(World world) {
        return new Cloud(new Ledger(world, new IdSource(0), AccountLimits.USUAL), true);
    }

    /** What a mirror shows from now on; the nodes are those of its first world. */
    public void show(World next, Instant now) {
        if (!mirrors) {
            throw new IllegalStateException("this world is no mirror");
        }
        if (!next.equals(ledger.world())) {
            ledger.become(next);
            ledger.note(now);
        }
    }

    private void checkOwn() {
        if (mirrors) {
            throw new CloudError("UnsupportedOperation", "This world is a mirror: change the one that it shows.");
        }
    }

    public World world() {
        return ledger.world();
    }

    /** The world as it was {@code lag} ago, if history is kept that long. */
    public World worldBefore(Instant now, Duration lag) {
        return lag.isZero() ? ledger.world() : ledger.worldAt(now.minus(lag));
    }

    /** How far {@link #worldBefore} can look back, from now on. */
    public void keepHistory(Duration kept, Instant now) {
        ledger.keepHistory(kept);
        ledger.note(now);
    }

    public AccountLimits limits() {
        return ledger.limits();
    }

    /** What is there already stays, whatever the limits. */
    public void setLimits(AccountLimits limits) {
        ledger.setLimits(limits);
    }

    /**
     * Decides one call.
     *
     * @param settle how long after {@code now} an attach or detach of this call is complete
     * @param readLag how old the world is that a Describe call sees
     * @throws CloudError as EC2 would answer
     */
    public Ec2Result call(Ec2Request request, Instant now, Duration settle, Duration readLag) {
        checkOwn();
        advance(now);
        Trunks.checkAdmission(request, ledger.limits());
        Ec2Result result = decide(request, now, settle, readLag);
        if (!(request instanceof Ec2Request.Describe)) {
            ledger.note(now);
            advance(now);
        }
        return result;
    }

    private Ec2Result decide(Ec2Request request, Instant now, Duration settle, Duration readLag) {
        return switch (request) {
            case Ec2Request.DryRun dryRun -> {
                Trunks.checkAdmission(dryRun.request(), ledger.limits());
                throw new CloudError("DryRunOperation", "Request would have succeeded, but DryRun flag is set.");
            }
            case Ec2Request.Describe describe -> Descriptions.describe(worldBefore(now, readLag), describe);
            case Ec2Request.CreateNetworkInterface create ->
                life.create(create, ledger.limits().interfaces());
            case Ec2Request.AttachNetworkInterface attach -> life.attach(attach, now, now.plus(settle));
            case Ec2Request.DetachNetworkInterface detach -> life.detach(detach, now.plus(settle));
            case Ec2Request.DeleteNetworkInterface delete -> life.delete(delete);
            case Ec2Request.ModifyNetworkInterfaceAttribute modify -> life.modify(modify);
            case Ec2Request.CreateNetworkInterfacePermission create -> Permissions.create(ledger, create);
            case Ec2Request.AssignPrivateIpAddresses assign -> book.assign(assign);
            case Ec2Request.UnassignPrivateIpAddresses unassign -> book.unassign(unassign);
            case Ec2Request.AssignIpv6Addresses assign -> book.assign(assign);
            case Ec2Request.UnassignIpv6Addresses unassign -> book.unassign(unassign);
            case Ec2Request.AssociateTrunkInterface associate -> trunks.associate(associate);
            case Ec2Request.DisassociateTrunkInterface disassociate -> trunks.disassociate(disassociate);
            case Ec2Request.CreateSecurityGroup create -> groups.create(create);
            case Ec2Request.DeleteSecurityGroup delete -> groups.delete(delete);
            case Ec2Request.AuthorizeSecurityGroupIngress allow ->
                groups.authorize(allow.groupId(), false, allow.rules());
            case Ec2Request.AuthorizeSecurityGroupEgress allow ->
                groups.authorize(allow.groupId(), true, allow.rules());
            case Ec2Request.RevokeSecurityGroupIngress revoke ->
                groups.revoke(revoke.groupId(), false, revoke.rules(), revoke.ruleIds());
            case Ec2Request.RevokeSecurityGroupEgress revoke ->
                groups.revoke(revoke.groupId(), true, revoke.rules(), revoke.ruleIds());
            case Ec2Request.CreateTags tags -> Tagging.create(ledger, tags);
            case Ec2Request.DeleteTags tags -> Tagging.delete(ledger, tags);
        };
    }

    /** A call whose transitions end at once and whose reads see the world as it is. */
    public Ec2Result call(Ec2Request request, Instant now) {
        return call(request, now, Duration.ZERO, Duration.ZERO);
    }

    /** Ends all transitions that are due; what changed on the wire is in {@link #drainChanges}. */
    public void advance(Instant now) {
        for (Ledger.Transition due = ledger.due(now); due != null; due = ledger.due(now)) {
            life.settle(due);
            ledger.note(due.at());
        }
    }

    /** When {@link #advance} next has something to do. */
    public Optional<Instant> nextTransition() {
        return Optional.ofNullable(ledger.nextTransition());
    }

    /** The changes of the wire since the last time, in order. */
    public List<WireChange> drainChanges() {
        return ledger.drainChanges();
    }

    /** The changes that lead from nothing to what is on the wire now. */
    public List<WireChange> wireNow() {
        return Wire.all(ledger.world());
    }

    /** As {@link #addNode(NodePlan, Instant)}, with the least that an instance has. */
    public Instance addNode(String instanceType, Instant now) {
        return addNode(NodePlan.of(instanceType), now);
    }

    /**
     * A new running instance with its ENIs in the first subnet.
     *
     * @throws CloudError InvalidInstanceType, an error of a place where an ENI does not fit, or any of creating an ENI
     */
    public Instance addNode(NodePlan plan, Instant now) {
        checkOwn();
        advance(now);
        Subnet subnet = ledger.world().subnets().values().iterator().next();
        InstanceType type = InstanceTypes.named(plan.instanceType());
        Launch.check(plan, type, subnet);
        Ec2Request.CreateNetworkInterface create =
                Ec2Request.CreateNetworkInterface.in(subnet.id()).withIpv6(AddressWish.count(plan.ipv6() ? 1 : 0));
        Ec2Result.Created created = (Ec2Result.Created) life.create(create, Integer.MAX_VALUE);
        nodeCount++;
        Instance instance = new Instance(
                ledger.ids().next("i"),
                "node" + nodeCount,
                type,
                "ami-0123456789abcdef0",
                ledger.ids().next("r"),
                subnet.id(),
                subnet.vpcId(),
                subnet.availabilityZone(),
                now,
                Map.of("Name", "node" + nodeCount));
        ledger.replace(ledger.world().with(instance));
        ledger.tell(new WireChange.NodeAdded(instance.id(), instance.name(), type.name()));
        launch(created.eni(), instance, new NodePlan.Eni(0, 0, "interface"), now);
        for (NodePlan.Eni more : plan.more()) {
            Ec2Request.CreateNetworkInterface request =
                    Ec2Request.CreateNetworkInterface.in(subnet.id()).withInterfaceType(more.interfaceType());
            launch(((Ec2Result.Created) life.create(request, Integer.MAX_VALUE)).eni(), instance, more, now);
        }
        ledger.note(now);
        return instance;
    }

    private void launch(NetworkInterface eni, Instance instance, NodePlan.Eni place, Instant now) {
        ledger.put(eni.withAttachment(new Attachment(
                ledger.ids().next("eni-attach"),
                instance.id(),
                place.deviceIndex(),
                place.networkCard(),
                Attachment.Status.ATTACHED,
                now,
                true)));
    }

    /** Terminates an instance: ENIs with DeleteOnTermination go with it, others become available. */
    public void removeNode(String instanceId, Instant now) {
        checkOwn();
        advance(now);
        Instance instance = Lookups.instance(ledger.world(), instanceId);
        for (NetworkInterface eni : ledger.world().interfacesOf(instanceId)) {
            Attachment attachment = eni.attachment();
            Trunks.release(ledger, eni);
            ledger.put(eni.withAttachment(null));
            if (attachment != null && attachment.deleteOnTermination()) {
                ledger.remove(eni.withAttachment(null));
            }
        }
        ledger.replace(ledger.world().withoutInstance(instanceId));
        ledger.tell(new WireChange.NodeRemoved(instanceId, instance.name()));
        ledger.note(now);
    }

    /**
     * Takes addresses for somebody else, who is never seen in a Describe answer but for AvailableIpAddressCount.
     *
     * @return what was taken, for {@link #vacate}
     * @throws CloudError InvalidIPAddress.InUse, InsufficientFreeAddressesInSubnet, InvalidParameterValue
     */
    public List<Ipv4> occupy(String subnetId, Occupation occupation, Instant now) {
        checkOwn();
        advance(now);
        Lookups.subnet(ledger.world(), subnetId);
        Space space = ledger.draft(subnetId);
        List<Ipv4> taken =
                switch (occupation) {
                    case Occupation.Named named -> List.copyOf(named.addresses());
                    case Occupation.OneInEachBlock _ -> space.ipv4().oneInEachFreeBlock();
                    case Occupation.Count count -> List.of();
                    case Occupation.AllBut but -> List.of();
                };
        taken.forEach(space.ipv4()::take);
        List<Ipv4> all = new ArrayList<>(taken);
        int more =
                switch (occupation) {
                    case Occupation.Count count -> count.addresses();
                    case Occupation.AllBut but -> Math.max(0, space.ipv4().available() - but.free());
                    case Occupation.Named _, Occupation.OneInEachBlock _ -> 0;
                };
        all.addAll(space.ipv4().takeAny(more, ledger.ids().random()));
        ledger.keep(subnetId, space);
        ledger.note(now);
        return List.copyOf(all);
    }

    /** Gives occupied addresses back. */
    public void vacate(String subnetId, List<Ipv4> addresses, Instant now) {
        checkOwn();
        advance(now);
        Lookups.subnet(ledger.world(), subnetId);
        Space space = ledger.draft(subnetId);
        addresses.forEach(space.ipv4()::give);
        ledger.keep(subnetId, space);
        ledger.note(now);
    }
}
