package io.vpccni.emulator.cloud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vpccni.emulator.cloud.Ec2Request.AssociateTrunkInterface;
import io.vpccni.emulator.cloud.Ec2Request.AttachNetworkInterface;
import io.vpccni.emulator.cloud.Ec2Request.CreateNetworkInterface;
import io.vpccni.emulator.cloud.Ec2Request.DeleteNetworkInterface;
import io.vpccni.emulator.cloud.Ec2Request.DetachNetworkInterface;
import io.vpccni.emulator.cloud.Ec2Request.DisassociateTrunkInterface;
import io.vpccni.emulator.cloud.Ec2Request.ModifyNetworkInterfaceAttribute;
import io.vpccni.emulator.cloud.Ec2Request.ModifyNetworkInterfaceAttribute.AttachmentFlag;
import io.vpccni.emulator.cloud.WorldPlan.SubnetPlan;
import io.vpccni.emulator.imds.MetadataTree;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrunksTest {
    private final TestCloud cloud = TestCloud.of("m5.large");

    private NetworkInterface trunk() {
        return cloud.create(CreateNetworkInterface.in(cloud.subnet()).withInterfaceType("trunk"));
    }

    private NetworkInterface attachedTrunk() {
        NetworkInterface trunk = trunk();
        cloud.attach(trunk, 2);
        return cloud.now(trunk);
    }

    private TrunkAssociation associate(NetworkInterface branch, NetworkInterface trunk, int vlanId) {
        return associate(branch, trunk, vlanId, null);
    }

    private TrunkAssociation associate(
            NetworkInterface branch, NetworkInterface trunk, int vlanId, @Nullable String token) {
        var answer =
                (Ec2Result.Associated) cloud.call(new AssociateTrunkInterface(branch.id(), trunk.id(), vlanId, token));
        return Objects.requireNonNull(answer.branch().association());
    }

    private String refusal(Ec2Request request) {
        return Optional.ofNullable(catchThrowableOfType(CloudError.class, () -> cloud.call(request)))
                .map(CloudError::code)
                .orElse("none");
    }

    @Test
    void anOrdinaryEniIsABranchWhileItIsAssociated() {
        NetworkInterface trunk = attachedTrunk();
        NetworkInterface eni = cloud.create();

        TrunkAssociation association = associate(eni, trunk, 7);

        assertThat(association.id()).matches("trunk-assoc-[0-9a-f]{17}");
        assertThat(cloud.now(eni))
                .returns("branch", NetworkInterface::interfaceType)
                .returns("in-use", NetworkInterface::status)
                .returns(null, NetworkInterface::attachment);
        cloud.call(new DisassociateTrunkInterface(association.id(), null));
        assertThat(cloud.now(eni))
                .returns("interface", NetworkInterface::interfaceType)
                .returns("available", NetworkInterface::status);
    }

    @Test
    void anAccountThatIsNotAdmittedMayCreateNoTrunk() {
        cloud.cloud.setLimits(AccountLimits.USUAL.withTrunkApi(false));

        assertThatThrownBy(this::trunk)
                .isInstanceOfSatisfying(
                        CloudError.class, error -> assertThat(error.code()).isEqualTo("InvalidParameterValue"))
                .hasMessageContaining("trunk")
                .hasMessageContaining("EFA");
        assertThat(refusal(new AssociateTrunkInterface("eni-0123456789abcdef0", "eni-0123456789abcdef1", 1, null)))
                .isEqualTo("UnauthorizedOperation");
        assertThat(refusal(CreateNetworkInterface.in(cloud.subnet()))).isEqualTo("none");
    }

    @Test
    void aPlanMayHaveAnAccountThatIsNotAdmitted() {
        Cloud closed = new Cloud(WorldPlan.usual().withoutTrunkApi(), 1);

        assertThat(closed.limits().trunkApi()).isFalse();
    }

    @ParameterizedTest(name = "a dry run with the trunk API open: {0} ends with {1}")
    @CsvSource({"true, DryRunOperation", "false, InvalidParameterValue"})
    void aDryRunTellsWhetherTheCallWouldBeAllowed(boolean open, String code) {
        cloud.cloud.setLimits(AccountLimits.USUAL.withTrunkApi(open));
        int before = cloud.cloud.world().interfaces().size();

        assertThat(refusal(new Ec2Request.DryRun(
                        CreateNetworkInterface.in(cloud.subnet()).withInterfaceType("trunk"))))
                .isEqualTo(code);
        assertThat(cloud.cloud.world().interfaces()).hasSize(before);
    }

    @Test
    void nobodyMayCreateABranch() {
        assertThat(refusal(CreateNetworkInterface.in(cloud.subnet()).withInterfaceType("branch")))
                .isEqualTo("InvalidParameterValue");
    }

    @Test
    void aTrunkTakesADeviceSlot() {
        cloud.attach(trunk(), 2);
        cloud.attach(cloud.create(), 1);

        assertThat(refusal(new AttachNetworkInterface(cloud.create().id(), cloud.node.id(), 3, 0)))
                .isEqualTo("AttachmentLimitExceeded");
    }

    @Test
    void aTypeWithoutTrunksTakesNone() {
        TestCloud small = TestCloud.of("t3.large");
        NetworkInterface trunk =
                small.create(CreateNetworkInterface.in(small.subnet()).withInterfaceType("trunk"));

        assertThatThrownBy(() -> small.attach(trunk, 1))
                .isInstanceOfSatisfying(
                        CloudError.class, error -> assertThat(error.code()).isEqualTo("UnsupportedOperation"));
    }

    @ParameterizedTest(name = "{0} takes {1} branches")
    @CsvSource({
        "m5.large, 9",
        "m5.metal, 120",
        "c6g.medium, 4",
        "p4d.24xlarge, 62",
        "c7i.metal-24xl, 107",
        "t3.large, 0"
    })
    void howManyBranchesATypeTakes(String type, int branches) {
        assertThat(InstanceTypes.named(type).branches()).isEqualTo(branches);
    }

    @Test
    void aTrunkHasAsManyBranchesAsItsInstanceTypeAllows() {
        NetworkInterface trunk = attachedTrunk();
        for (int vlanId = 1; vlanId <= 9; vlanId++) {
            associate(cloud.create(), trunk, vlanId);
        }

        assertThat(refusal(new AssociateTrunkInterface(cloud.create().id(), trunk.id(), 10, null)))
                .isEqualTo("AttachmentLimitExceeded");
    }

    @Test
    void eachMisuseOfATrunkIsRefused() {
        NetworkInterface trunk = attachedTrunk();
        NetworkInterface branch = cloud.create();
        associate(branch, trunk, 1);
        NetworkInterface eni = cloud.create();
        NetworkInterface attached = cloud.create();
        cloud.attach(attached, 1);

        assertThat(refusal(new AssociateTrunkInterface(eni.id(), trunk.id(), 1, null)))
                .as("a VLAN id in use")
                .isEqualTo("InvalidParameterValue");
        assertThat(refusal(new AssociateTrunkInterface(eni.id(), trunk.id(), 0, null)))
                .as("no VLAN id")
                .isEqualTo("InvalidParameterValue");
        assertThat(refusal(new AssociateTrunkInterface(eni.id(), trunk.id(), 4095, null)))
                .as("no VLAN id")
                .isEqualTo("InvalidParameterValue");
        assertThat(refusal(new AssociateTrunkInterface(eni.id(), attached.id(), 2, null)))
                .as("no trunk")
                .isEqualTo("InvalidParameterValue");
        assertThat(refusal(new AssociateTrunkInterface(trunk().id(), trunk.id(), 2, null)))
                .as("a trunk as branch")
                .isEqualTo("InvalidParameterValue");
        assertThat(refusal(new AssociateTrunkInterface(eni.id(), trunk().id(), 2, null)))
                .as("a trunk on no instance")
                .isEqualTo("IncorrectState");
        assertThat(refusal(new AssociateTrunkInterface(branch.id(), trunk.id(), 2, null)))
                .as("a branch already")
                .isEqualTo("Resource.AlreadyAssociated");
        assertThat(refusal(new AssociateTrunkInterface(attached.id(), trunk.id(), 2, null)))
                .as("an attached ENI")
                .isEqualTo("InvalidNetworkInterface.InUse");
        assertThat(refusal(new AttachNetworkInterface(branch.id(), cloud.node.id(), 3, 0)))
                .as("a branch to be attached")
                .isEqualTo("InvalidNetworkInterface.InUse");
        assertThat(refusal(new DisassociateTrunkInterface("trunk-assoc-0123456789abcdef0", null)))
                .as("no such association")
                .isEqualTo("InvalidAssociationID.NotFound");
        assertThat(cloud.cloud.world().branchesOf(trunk.id())).hasSize(1);
    }

    @Test
    void aBranchOfAnotherZoneIsRefused() {
        Cloud wide = new Cloud(
                WorldPlan.usual()
                        .withSubnets(
                                new SubnetPlan("10.0.0.0/19", null, "us-west-2a", Map.of()),
                                new SubnetPlan("10.0.32.0/19", null, "us-west-2b", Map.of())),
                1);
        Instance node = wide.addNode("m5.large", TestCloud.START);
        List<String> subnets = List.copyOf(wide.world().subnets().keySet());
        NetworkInterface trunk =
                created(wide, CreateNetworkInterface.in(subnets.getFirst()).withInterfaceType("trunk"));
        NetworkInterface branch = created(wide, CreateNetworkInterface.in(subnets.getLast()));
        wide.call(new AttachNetworkInterface(trunk.id(), node.id(), 1, 0), TestCloud.START);

        assertThatThrownBy(
                        () -> wide.call(new AssociateTrunkInterface(branch.id(), trunk.id(), 1, null), TestCloud.START))
                .isInstanceOfSatisfying(
                        CloudError.class, error -> assertThat(error.code()).isEqualTo("InvalidParameterCombination"));
    }

    private static NetworkInterface created(Cloud cloud, CreateNetworkInterface request) {
        return ((Ec2Result.Created) cloud.call(request, TestCloud.START)).eni();
    }

    @Test
    void deletingABranchFreesItsVlanId() {
        NetworkInterface trunk = attachedTrunk();
        NetworkInterface branch = cloud.create();
        associate(branch, trunk, 1);

        cloud.call(new DeleteNetworkInterface(branch.id()));

        assertThat(associate(cloud.create(), trunk, 1).vlanId()).isEqualTo(1);
    }

    @Test
    void aClientTokenMakesAssociateIdempotent() {
        NetworkInterface trunk = attachedTrunk();
        NetworkInterface branch = cloud.create();
        TrunkAssociation first = associate(branch, trunk, 1, "once");

        assertThat(associate(branch, trunk, 1, "once")).isEqualTo(first);
        assertThat(refusal(new AssociateTrunkInterface(branch.id(), trunk.id(), 2, "once")))
                .isEqualTo("IdempotentParameterMismatch");
    }

    @Test
    void branchesAreAvailableAgainWhenTheTrunkIsDetached() {
        NetworkInterface trunk = attachedTrunk();
        NetworkInterface branch = cloud.create();
        associate(branch, trunk, 1);
        String attachmentId = Objects.requireNonNull(trunk.attachment()).id();

        cloud.cloud.call(
                new DetachNetworkInterface(attachmentId, false), cloud.now, Duration.ofSeconds(2), Duration.ZERO);

        assertThat(cloud.now(branch).status()).as("while detaching").isEqualTo("in-use");
        cloud.pass(Duration.ofSeconds(2));
        cloud.cloud.advance(cloud.now);
        assertThat(cloud.now(branch).status()).isEqualTo("available");
    }

    @Test
    void branchesAreAvailableAgainWhenTheTrunkGoesWithItsInstance() {
        NetworkInterface trunk = attachedTrunk();
        NetworkInterface branch = cloud.create();
        associate(branch, trunk, 1);
        cloud.call(new ModifyNetworkInterfaceAttribute(
                trunk.id(),
                null,
                new AttachmentFlag(Objects.requireNonNull(trunk.attachment()).id(), true),
                null,
                null));

        cloud.cloud.removeNode(cloud.node.id(), cloud.now);

        assertThat(cloud.cloud.world().interfaces()).doesNotContainKey(trunk.id());
        assertThat(cloud.now(branch).status()).isEqualTo("available");
    }

    @Test
    void theMetadataShowsTheTrunkAndNeverItsBranches() {
        NetworkInterface trunk = attachedTrunk();
        NetworkInterface branch = cloud.create();
        associate(branch, trunk, 1);

        assertThat(MetadataTree.read(
                        cloud.cloud.world(), cloud.node.id(), "latest/meta-data/network/interfaces/macs", cloud.now))
                .hasValueSatisfying(macs -> assertThat(macs.lines())
                        .containsExactlyInAnyOrder(cloud.primary().mac() + "/", trunk.mac() + "/"));
    }

    @Test
    void theWireHearsOfABranchWhenItsTrunkIsThere() {
        NetworkInterface trunk = trunk();
        cloud.cloud.call(
                new AttachNetworkInterface(trunk.id(), cloud.node.id(), 2, 0),
                cloud.now,
                Duration.ofSeconds(2),
                Duration.ZERO);
        NetworkInterface branch = cloud.create();
        cloud.cloud.drainChanges();
        associate(branch, trunk, 5);

        assertThat(cloud.cloud.drainChanges()).as("while the trunk attaches").isEmpty();
        cloud.pass(Duration.ofSeconds(2));
        cloud.cloud.advance(cloud.now);
        assertThat(cloud.cloud.drainChanges())
                .satisfiesExactly(
                        link -> assertThat(link).isInstanceOf(WireChange.EniAttached.class),
                        change -> assertThat(change)
                                .isInstanceOfSatisfying(
                                        WireChange.BranchChanged.class,
                                        changed -> assertThat(changed.branch())
                                                .returns(5, WireBranch::vlanId)
                                                .returns(trunk.id(), WireBranch::trunkEniId)
                                                .returns(
                                                        branch.mac(),
                                                        one -> one.eni().mac())
                                                .returns(2, one -> one.eni().deviceIndex())));
        assertThat(cloud.cloud.wireNow()).hasAtLeastOneElementOfType(WireChange.BranchChanged.class);
        cloud.call(new DeleteNetworkInterface(branch.id()));
        assertThat(cloud.cloud.drainChanges())
                .containsExactly(new WireChange.BranchGone(cloud.node.id(), cloud.node.name(), branch.id()));
    }
}
