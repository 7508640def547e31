package io.vpccni.branch;

import io.vpccni.vpc.CloudFailure;
import io.vpccni.vpc.CloudFailure.Kind;
import io.vpccni.vpc.EniId;
import io.vpccni.vpc.Ipv4Address;
import io.vpccni.vpc.Ipv4Cidr;
import io.vpccni.vpc.MacAddress;
import io.vpccni.vpc.SubnetId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** A trunk, its time, and everything that it was told to do. */
final class TrunkFixture {

    static final SecurityGroups WEB = SecurityGroups.of("sg-web");
    static final SecurityGroups DATA = SecurityGroups.of("sg-data");
    static final TrunkFacts FACTS = new TrunkFacts(
            "i-1",
            "node-1",
            new EniId("eni-trunk"),
            new MacAddress("02:00:00:00:00:01"),
            2,
            new SubnetId("subnet-1"),
            3);

    Instant now = Instant.parse("2026-01-01T00:00:00Z");
    final Trunk trunk;
    private int made;

    TrunkFixture(BranchTerms terms) {
        trunk = new Trunk(FACTS, terms, "era", now);
        trunk.apply(new TrunkEvent.PoliciesChanged(Set.of(WEB, DATA)), now);
        actions();
        tell(new TrunkEvent.Observed(Set.of(), now, List.of(), true));
    }

    static BranchPod pod(String name) {
        return new BranchPod("default", name, "uid-" + name);
    }

    BranchEni of(BranchPod pod) {
        return Objects.requireNonNull(trunk.owners().get(pod));
    }

    static BranchEni eni(int number, int vlan) {
        return new BranchEni(
                new EniId("eni-" + number),
                new MacAddress("02:00:00:00:01:%02x".formatted(number)),
                Optional.of(new Ipv4Address(0x0a000000 + number)),
                Optional.empty(),
                vlan,
                Optional.of(Ipv4Cidr.parse("10.0.0.0/24")),
                Optional.empty(),
                Optional.empty());
    }

    static CloudFailure failure(Kind kind) {
        return new CloudFailure(kind, kind.name(), "no", Duration.ofMillis(100));
    }

    TrunkFixture tell(TrunkEvent event) {
        trunk.apply(event, now);
        return this;
    }

    TrunkFixture after(Duration time) {
        now = now.plus(time);
        return tell(new TrunkEvent.Tick());
    }

    /** What is to be done now; it is sent. */
    List<TrunkAction> actions() {
        List<TrunkAction> actions = trunk.plan(now);
        actions.forEach(trunk::begin);
        return actions;
    }

    /** Carries out everything until nothing is left to do now. */
    List<TrunkAction> settle() {
        List<TrunkAction> all = new ArrayList<>();
        for (List<TrunkAction> due = actions(); !due.isEmpty(); due = actions()) {
            all.addAll(due);
            due.forEach(action -> tell(success(action)));
        }
        return all;
    }

    TrunkEvent success(TrunkAction action) {
        return switch (action) {
            case TrunkAction.Create create -> new TrunkEvent.Created(create.token(), eni(++made, create.vlan()));
            case TrunkAction.Associate associate ->
                new TrunkEvent.Associated(associate.eni(), "assoc-" + associate.vlan());
            case TrunkAction.SetGroups set -> new TrunkEvent.GroupsSet(set.eni(), set.groups());
            case TrunkAction.Annotate annotate ->
                new TrunkEvent.Annotated(annotate.pod(), annotate.eni().id());
            case TrunkAction.Delete delete -> new TrunkEvent.Deleted(delete.eni());
            case TrunkAction.ReplaceTrunk _ ->
                new TrunkEvent.TrunkReplaced(FACTS.with(new InstanceFacts.Interface(
                        new EniId("eni-next"), FACTS.mac(), true, 0, FACTS.deviceIndex(), FACTS.subnet())));
            case TrunkAction.Observe observe ->
                new TrunkEvent.Observed(
                        observe.known(),
                        observe.asked(),
                        trunk.ledger().stream()
                                .map(known -> new SeenBranch(
                                        known.eni().id(),
                                        Optional.of(known.eni()),
                                        true,
                                        known.groups().orElse(SecurityGroups.NONE)))
                                .toList(),
                        true);
        };
    }
}
