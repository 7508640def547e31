package io.vpccni.branch;

import static io.vpccni.branch.TrunkFixture.DATA;
import static io.vpccni.branch.TrunkFixture.FACTS;
import static io.vpccni.branch.TrunkFixture.WEB;
import static io.vpccni.branch.TrunkFixture.eni;
import static io.vpccni.branch.TrunkFixture.failure;
import static io.vpccni.branch.TrunkFixture.pod;
import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.branch.TrunkAction.Annotate;
import io.vpccni.branch.TrunkAction.Associate;
import io.vpccni.branch.TrunkAction.Create;
import io.vpccni.branch.TrunkAction.Delete;
import io.vpccni.branch.TrunkAction.Observe;
import io.vpccni.branch.TrunkAction.ReplaceTrunk;
import io.vpccni.branch.TrunkAction.SetGroups;
import io.vpccni.branch.TrunkEvent.AnnotateFailed;
import io.vpccni.branch.TrunkEvent.AssociateFailed;
import io.vpccni.branch.TrunkEvent.Associated;
import io.vpccni.branch.TrunkEvent.CreateFailed;
import io.vpccni.branch.TrunkEvent.Created;
import io.vpccni.branch.TrunkEvent.DeleteFailed;
import io.vpccni.branch.TrunkEvent.Deleted;
import io.vpccni.branch.TrunkEvent.Observed;
import io.vpccni.branch.TrunkEvent.PodGone;
import io.vpccni.branch.TrunkEvent.PodPlaced;
import io.vpccni.branch.TrunkEvent.PodsListed;
import io.vpccni.branch.TrunkEvent.PoliciesChanged;
import io.vpccni.branch.TrunkEvent.ReplaceFailed;
import io.vpccni.branch.TrunkEvent.TermsChanged;
import io.vpccni.vpc.CloudFailure;
import io.vpccni.vpc.CloudFailure.Kind;
import io.vpccni.vpc.EniId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TrunkTest {

    private final TrunkFixture it = new TrunkFixture(BranchTerms.USUAL);

    private static Create create(String pod, int attempt, int vlan, SecurityGroups groups) {
        return new Create("uid-" + pod + "-" + vlan + "-" + attempt, vlan, groups, Optional.of(pod(pod)));
    }

    @Test
    void aPodGetsABranchByTwoCallsAndAnAnnotation() {
        it.tell(new PodPlaced(pod("a"), WEB));

        assertThat(it.settle())
                .extracting(Object::getClass)
                .containsExactly(Create.class, Associate.class, Annotate.class);
        assertThat(it.of(pod("a")).vlan()).isEqualTo(1);
        assertThat(it.trunk.figures()).isEqualTo(new TrunkFigures(3, 0, 1, 0, 0, 0, 0));
    }

    @Test
    void aPodThatIsToldTwiceGetsOneBranch() {
        it.tell(new PodPlaced(pod("a"), WEB)).tell(new PodPlaced(pod("a"), WEB));
        List<TrunkAction> first = it.actions();
        it.tell(new PodPlaced(pod("a"), WEB));

        assertThat(first).hasSize(1);
        assertThat(it.actions()).isEmpty();
    }

    @Test
    void anAddressRestsAndThenServesThePodThatWantsTheSameGroupsWithoutACall() {
        it.tell(new PodPlaced(pod("a"), WEB)).settle();
        BranchEni had = it.of(pod("a"));
        it.tell(new PodGone(pod("a")));
        assertThat(it.after(Duration.ofSeconds(59)).trunk.figures().cooling()).isEqualTo(1);

        it.after(Duration.ofSeconds(1)).tell(new PodPlaced(pod("b"), WEB));

        assertThat(it.settle()).extracting(Object::getClass).containsExactly(Annotate.class);
        assertThat(it.trunk.owners()).containsEntry(pod("b"), had);
    }

    @Test
    void otherGroupsComeBeforeTheAnnotation() {
        it.tell(new PodPlaced(pod("a"), WEB)).settle();
        it.tell(new PodGone(pod("a"))).after(Duration.ofSeconds(60));

        it.tell(new PodPlaced(pod("b"), DATA));

        assertThat(it.settle()).extracting(Object::getClass).containsExactly(SetGroups.class, Annotate.class);
    }

    @Test
    void aFullTrunkServesTheNextPodWhenAnAddressHasRested() {
        for (String name : List.of("a", "b", "c")) {
            it.tell(new PodPlaced(pod(name), WEB));
        }
        it.settle();
        it.tell(new PodPlaced(pod("d"), WEB));
        assertThat(it.settle()).isEmpty();
        it.tell(new PodGone(pod("b")));
        assertThat(it.trunk.nextWake(it.now)).contains(it.now.plusSeconds(60));

        it.after(Duration.ofSeconds(60));

        assertThat(it.settle()).extracting(Object::getClass).containsExactly(Annotate.class);
        assertThat(it.trunk.waiting()).isEmpty();
    }

    @Test
    void aBranchThatNobodyWantsIsDeletedAndItsVlanIdIsFree() {
        it.tell(new PodPlaced(pod("a"), WEB)).settle();
        it.tell(new PodGone(pod("a"))).after(Duration.ofSeconds(60));
        assertThat(it.settle()).isEmpty();

        it.after(Duration.ofSeconds(60));

        assertThat(it.settle()).containsExactly(new Delete(new EniId("eni-1"), Optional.of("assoc-1"), false));
        assertThat(it.trunk.ledger()).isEmpty();
        it.tell(new PodPlaced(pod("b"), WEB));
        assertThat(it.actions()).containsExactly(create("b", 0, 1, WEB));
    }

    @Test
    void withoutAPolicyNothingIsKeptAfterTheRest() {
        it.tell(new PodPlaced(pod("a"), WEB)).settle();
        it.tell(new PoliciesChanged(Set.of())).tell(new PodGone(pod("a"))).after(Duration.ofSeconds(60));

        assertThat(it.settle()).extracting(Object::getClass).containsExactly(Delete.class);
    }

    @Test
    void aPodThatGoesBeforeItHeardOfItsBranchLeavesItToTheNextAtOnce() {
        it.tell(new PodPlaced(pod("a"), WEB));
        TrunkAction create = it.actions().getFirst();
        it.tell(new PodGone(pod("a"))).tell(it.success(create)).settle();
        assertThat(it.trunk.figures().idle()).isEqualTo(1);

        it.tell(new PodPlaced(pod("b"), WEB));

        assertThat(it.settle()).extracting(Object::getClass).containsExactly(Annotate.class);
    }

    @Test
    void whereTheAnnotationMayHaveBeenReadTheAddressRests() {
        it.tell(new PodPlaced(pod("a"), WEB)).tell(new PodPlaced(pod("b"), WEB));
        it.actions().forEach(action -> it.tell(it.success(action)));
        it.actions().forEach(action -> it.tell(it.success(action)));
        assertThat(it.actions()).hasOnlyElementsOfType(Annotate.class);
        it.tell(new AnnotateFailed(pod("a"), it.of(pod("a")).id()));

        it.tell(new PodGone(pod("a"))).tell(new PodGone(pod("b")));

        assertThat(it.trunk.figures().cooling()).isEqualTo(2);
    }

    @Test
    void anUnansweredCreationIsAskedForWithTheSameToken() {
        it.tell(new PodPlaced(pod("a"), WEB));
        it.actions();
        it.tell(new CreateFailed("uid-a-1-0", failure(Kind.NO_ANSWER)));
        assertThat(it.actions()).isEmpty();

        it.after(Duration.ofSeconds(1));

        assertThat(it.actions()).containsExactly(create("a", 0, 1, WEB));
    }

    @Test
    void aRefusedCreationIsTriedAgainWithAnotherTokenAndLongerWaits() {
        it.tell(new PodPlaced(pod("a"), WEB));
        it.actions();
        it.tell(new CreateFailed("uid-a-1-0", failure(Kind.SUBNET_EXHAUSTED))).after(Duration.ofSeconds(1));
        assertThat(it.actions()).containsExactly(create("a", 1, 1, WEB));
        it.tell(new CreateFailed("uid-a-1-1", failure(Kind.SUBNET_EXHAUSTED))).after(Duration.ofSeconds(1));
        assertThat(it.actions()).isEmpty();
        assertThat(it.trunk.waiting().getFirst().last()).contains(failure(Kind.SUBNET_EXHAUSTED));

        it.after(Duration.ofSeconds(1));

        assertThat(it.actions()).containsExactly(create("a", 2, 1, WEB));
    }

    @Test
    void anInterfaceThatCannotBeAssociatedIsDeletedAndThePodWaitsForAnother() {
        it.tell(new PodPlaced(pod("a"), WEB));
        it.tell(it.success(it.actions().getFirst()));
        it.actions();

        it.tell(new AssociateFailed(new EniId("eni-1"), failure(Kind.REFUSED)));

        assertThat(it.settle()).hasOnlyElementsOfTypes(Delete.class, Observe.class);
        assertThat(it.after(Duration.ofSeconds(2)).settle())
                .extracting(Object::getClass)
                .containsExactly(Create.class, Associate.class, Annotate.class);
    }

    @Test
    void theLimitIsLearnedWhereTheTypeAllowsLessThanTheTableSays() {
        it.tell(new PodPlaced(pod("a"), WEB)).settle();
        it.tell(new PodPlaced(pod("b"), WEB));
        it.tell(it.success(it.actions().getFirst()));
        it.actions();

        it.tell(new AssociateFailed(new EniId("eni-2"), failure(Kind.ENI_LIMIT)));

        it.settle();
        assertThat(it.trunk.figures().limit()).isEqualTo(1);
        it.after(Duration.ofSeconds(5)).settle();
        assertThat(it.trunk.waiting()).hasSize(1);
        assertThat(it.trunk.figures().owned()).isEqualTo(1);
    }

    @Test
    void aDeletionIsTriedForEverAndByPartsWhereEc2RefusesTheWhole() {
        it.tell(new PoliciesChanged(Set.of()))
                .tell(new PodPlaced(pod("a"), WEB))
                .settle();
        it.tell(new PodGone(pod("a"))).after(Duration.ofSeconds(60));
        for (int i = 0; i < 20; i++) {
            assertThat(it.actions()).contains(new Delete(new EniId("eni-1"), Optional.of("assoc-1"), i > 0));
            it.tell(new DeleteFailed(new EniId("eni-1"), failure(Kind.REFUSED))).after(Duration.ofSeconds(60));
        }

        it.tell(new DeleteFailed(new EniId("eni-1"), failure(Kind.NOT_FOUND)));

        assertThat(it.trunk.figures().leaving()).isZero();
    }

    @Test
    void changedGroupsReachARunningPod() {
        it.tell(new PodPlaced(pod("a"), WEB)).settle();

        it.tell(new PodPlaced(pod("a"), DATA));

        assertThat(it.settle()).containsExactly(new SetGroups(new EniId("eni-1"), DATA, pod("a")));
    }

    @Test
    void podsThatAreNotListedAnyMoreAreGone() {
        it.tell(new PodPlaced(pod("a"), WEB)).tell(new PodPlaced(pod("b"), WEB)).settle();

        it.tell(new PodsListed(Set.of(pod("b"))));

        assertThat(it.trunk.figures())
                .extracting(TrunkFigures::owned, TrunkFigures::cooling)
                .containsExactly(1, 1);
    }

    @Test
    void warmBranchesWaitForTheNextPodOfASetThatTheNodeHas() {
        TrunkFixture warm = new TrunkFixture(new BranchTerms(Duration.ofSeconds(60), Duration.ofSeconds(60), 1));
        warm.tell(new PodPlaced(pod("a"), WEB));
        assertThat(warm.settle())
                .extracting(Object::getClass)
                .containsExactly(Create.class, Associate.class, Annotate.class, Create.class, Associate.class);
        assertThat(warm.after(Duration.ofMinutes(5)).trunk.figures().idle()).isEqualTo(1);

        warm.tell(new PodPlaced(pod("b"), WEB));

        assertThat(warm.actions()).first().isInstanceOf(Annotate.class);
    }

    /** EC2 lists these, and the trunk if {@code there}, when it is asked next. */
    private void seen(boolean there, SeenBranch... found) {
        Observe look = it.actions().stream()
                .filter(Observe.class::isInstance)
                .map(Observe.class::cast)
                .findFirst()
                .orElseThrow();
        it.tell(new Observed(look.known(), look.asked(), List.of(found), there));
    }

    private static SeenBranch branch(int number, int vlan, SecurityGroups groups) {
        return new SeenBranch(new EniId("eni-" + number), Optional.of(eni(number, vlan)), true, groups);
    }

    @Test
    void whatEc2HasAndNobodyRemembersRestsAndIsDeleted() {
        it.after(Trunk.LOOK_PERIOD);
        seen(true, branch(7, 1, DATA), new SeenBranch(new EniId("eni-8"), Optional.empty(), true, DATA));
        it.tell(new PodPlaced(pod("a"), WEB));
        assertThat(it.settle()).element(0).isEqualTo(create("a", 0, 2, WEB));

        it.after(Duration.ofMinutes(1)).settle();
        it.after(Duration.ofMinutes(1));

        assertThat(it.settle()).contains(new Delete(new EniId("eni-7"), Optional.empty(), false));
    }

    @Test
    void whatOnlyOneListHasIsNoPodsBeforeAnotherHasItToo() {
        it.after(Trunk.LOOK_PERIOD);
        seen(true, branch(7, 1, WEB));
        it.after(Duration.ofSeconds(60));
        assertThat(it.trunk.figures().idle()).isZero();

        seen(true, branch(7, 1, WEB));

        assertThat(it.trunk.figures().idle()).isEqualTo(1);
    }

    @Test
    void aListThatShowsThePastDoesNotChangeWhatIsKnownOfGroups() {
        it.tell(new PodPlaced(pod("a"), WEB)).settle();
        it.after(Trunk.LOOK_PERIOD).tell(new PodPlaced(pod("a"), DATA));
        List<TrunkAction> due = it.actions();
        due.stream().filter(SetGroups.class::isInstance).forEach(set -> it.tell(it.success(set)));
        due.stream()
                .filter(Observe.class::isInstance)
                .map(Observe.class::cast)
                .forEach(look -> it.tell(
                        new Observed(look.known(), look.asked().plusSeconds(1), List.of(branch(1, 1, WEB)), true)));

        assertThat(it.actions()).isEmpty();
    }

    @Test
    void whatEc2DoesNotListIsNotUsedAgainButStaysTheirsWhoHaveIt() {
        it.tell(new TermsChanged(new BranchTerms(Duration.ofSeconds(60), Duration.ofHours(1), 0)));
        it.tell(new PodPlaced(pod("a"), WEB)).tell(new PodPlaced(pod("b"), WEB)).settle();
        it.tell(new PodGone(pod("b"))).after(Trunk.LOOK_PERIOD);
        seen(true, branch(1, 1, WEB), branch(2, 2, WEB));
        it.after(Trunk.LOOK_PERIOD);
        seen(true);
        assertThat(it.actions()).containsExactly(new Delete(new EniId("eni-2"), Optional.of("assoc-2"), false));
        assertThat(it.trunk.withLostInterface()).isEmpty();
        it.after(Sightings.SETTLED);
        seen(true);

        assertThat(it.trunk.withLostInterface()).containsExactly(pod("a"));
        assertThat(it.trunk.owners()).containsOnlyKeys(pod("a"));
    }

    @Test
    void aLostInterfaceIsNobodysAfterItsPod() {
        it.tell(new PodPlaced(pod("a"), WEB)).settle();
        it.after(Trunk.LOOK_PERIOD);
        seen(true);
        it.after(Sightings.SETTLED);
        seen(true);
        it.tell(new PodGone(pod("a"))).tell(new PodPlaced(pod("b"), WEB));
        assertThat(it.actions()).containsExactly(create("b", 0, 2, WEB));

        it.after(BranchTerms.USUAL.coolDown());

        assertThat(it.actions()).containsExactly(new Delete(new EniId("eni-1"), Optional.of("assoc-1"), false));
    }

    @Test
    void aPodThatHasNotHeardOfALostInterfaceGetsAnotherOne() {
        it.tell(new PodPlaced(pod("a"), WEB)).settle();
        it.tell(new PodGone(pod("a"))).after(Duration.ofSeconds(60)).tell(new PodPlaced(pod("b"), DATA));
        assertThat(it.actions()).hasOnlyElementsOfType(SetGroups.class);
        it.after(Trunk.LOOK_PERIOD);
        seen(true);
        it.after(Sightings.SETTLED);
        seen(true);

        assertThat(it.actions()).contains(create("b", 0, 2, DATA));
        assertThat(it.trunk.withLostInterface()).isEmpty();
    }

    @Test
    void anInterfaceThatIsListedAgainWasNotLost() {
        it.tell(new PodPlaced(pod("a"), WEB)).settle();
        it.after(Trunk.LOOK_PERIOD);
        seen(true);
        it.after(Duration.ofSeconds(30)).tell(new AssociateFailed(new EniId("eni-9"), failure(Kind.REFUSED)));
        seen(true, branch(1, 1, WEB));
        it.after(Trunk.LOOK_PERIOD);
        seen(true);

        assertThat(it.trunk.withLostInterface()).isEmpty();
    }

    @Test
    void aTrunkThatTwoListsLeaveOutIsMadeAnewAndItsVlanIdsStayTheirPods() {
        it.tell(new PodPlaced(pod("a"), WEB)).tell(new PodPlaced(pod("b"), WEB)).settle();
        it.tell(new PodGone(pod("b"))).after(Trunk.LOOK_PERIOD);
        seen(false);
        assertThat(it.actions()).doesNotHaveAnyElementsOfTypes(ReplaceTrunk.class);
        it.tell(new PodPlaced(pod("c"), WEB)).after(Presence.SECOND_LOOK);

        seen(false);

        assertThat(it.trunk.withLostInterface()).containsExactly(pod("a"));
        List<TrunkAction> due = it.actions();
        assertThat(due).contains(new ReplaceTrunk());
        due.forEach(action -> it.tell(it.success(action)));
        assertThat(it.trunk.facts().eni()).isEqualTo(new EniId("eni-next"));
        assertThat(it.actions()).contains(create("c", 0, 2, WEB));
        assertThat(it.trunk.withLostInterface()).containsExactly(pod("a"));
    }

    @Test
    void aTrunkIsThereThatAListLeavesOutOnceOrThatHasABranch() {
        it.tell(new PodPlaced(pod("a"), WEB)).settle();
        it.after(Trunk.LOOK_PERIOD);
        seen(false, branch(1, 1, WEB));
        it.after(Trunk.LOOK_PERIOD);
        seen(false);
        it.after(Presence.SECOND_LOOK);
        seen(true);
        it.after(Trunk.LOOK_PERIOD);
        seen(false);

        assertThat(it.actions()).isEmpty();
    }

    @Test
    void aRefusedTrunkIsTriedAgainAndNobodyMissesOneWithoutPodsAndPolicies() {
        it.after(Trunk.LOOK_PERIOD);
        seen(false);
        it.after(Presence.SECOND_LOOK);
        seen(false);
        assertThat(it.actions()).containsExactly(new ReplaceTrunk());
        it.tell(new ReplaceFailed(failure(Kind.REFUSED)));
        assertThat(it.actions()).isEmpty();

        assertThat(it.after(Duration.ofSeconds(1)).actions()).containsExactly(new ReplaceTrunk());
        it.tell(new ReplaceFailed(failure(Kind.REFUSED))).tell(new PoliciesChanged(Set.of()));

        assertThat(it.after(Duration.ofSeconds(2)).actions()).isEmpty();
    }

    @Test
    void anAssociationThatEc2RefusesForTheTrunksSakeIsNotTriedAgain() {
        it.tell(new PodPlaced(pod("a"), WEB));
        it.tell(it.success(it.actions().getFirst()));
        it.actions();

        it.tell(new AssociateFailed(
                new EniId("eni-1"),
                new CloudFailure(
                        Kind.NOT_FOUND,
                        "InvalidNetworkInterfaceID.NotFound",
                        "The networkInterface ID 'eni-trunk' does not exist",
                        Duration.ZERO)));

        assertThat(it.actions()).contains(new Delete(new EniId("eni-1"), Optional.empty(), false));
    }

    @Test
    void aRestartKeepsWhatPodsHaveAndLetsTheRestRest() {
        BranchEni first = eni(1, 1).withAssociation("assoc-1");
        BranchEni second = eni(2, 2).withAssociation("assoc-2");
        Trunk restored = Trunk.restored(
                FACTS,
                BranchTerms.USUAL,
                "next",
                List.of(new KnownBranch(first, Optional.of(WEB)), new KnownBranch(second, Optional.of(DATA))),
                Map.of(pod("a"), first),
                it.now);

        assertThat(restored.owners()).containsEntry(pod("a"), first);
        assertThat(restored.figures())
                .extracting(TrunkFigures::owned, TrunkFigures::cooling)
                .containsExactly(1, 1);
        assertThat(restored.plan(it.now)).hasOnlyElementsOfType(Observe.class);
    }

    @Test
    void aTokenThatAnEarlierRunUsedMakesNoInterfaceTwoPods() {
        it.tell(new PodPlaced(pod("a"), WEB));
        it.actions();
        it.after(Trunk.LOOK_PERIOD);
        Observe look = (Observe) it.actions().getFirst();
        it.tell(new Observed(
                look.known(),
                look.asked(),
                List.of(new SeenBranch(new EniId("eni-9"), Optional.of(eni(9, 2)), true, WEB)),
                true));

        it.tell(new Created("uid-a-1-0", eni(9, 2)));

        assertThat(it.actions()).containsExactly(create("a", 1, 1, WEB));
        assertThat(it.trunk.figures().cooling()).isEqualTo(1);
    }

    @Test
    void answersThatComeTooLateChangeNothing() {
        it.tell(new PodPlaced(pod("a"), WEB)).settle();
        TrunkFigures before = it.trunk.figures();

        it.tell(new Created("uid-a-1-0", eni(1, 1)))
                .tell(new Associated(new EniId("eni-1"), "assoc-1"))
                .tell(new Deleted(new EniId("eni-5")))
                .tell(new CreateFailed("uid-b-1-0", failure(Kind.REFUSED)));

        assertThat(it.trunk.figures()).isEqualTo(before);
        assertThat(it.actions()).isEmpty();
    }
}
