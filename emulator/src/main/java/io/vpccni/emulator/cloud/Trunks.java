package io.vpccni.emulator.cloud;

import io.vpccni.emulator.cloud.Ec2Request.AssociateTrunkInterface;
import io.vpccni.emulator.cloud.Ec2Request.CreateNetworkInterface;
import io.vpccni.emulator.cloud.Ec2Request.DisassociateTrunkInterface;
import java.util.List;
import java.util.Objects;

/**
 * Branches of trunks.
 *
 * <p>The trunk API is not public: of its refusals only that of the trunk-type create is known. The others have codes that
 * EC2 uses for the like elsewhere; a caller should not rely on which.
 */
final class Trunks {
    private static final int LARGEST_VLAN_ID = 4094;

    private final Ledger ledger;
    private final ClientTokens<AssociateTrunkInterface, NetworkInterface> tokens = new ClientTokens<>();

    Trunks(Ledger ledger) {
        this.ledger = ledger;
    }

    /** Refuses what an account may not ask for that EC2 has not admitted to trunks. */
    static void checkAdmission(Ec2Request request, AccountLimits limits) {
        if (limits.trunkApi()) {
            return;
        }
        switch (request) {
            case CreateNetworkInterface create
            when create.interfaceType().equals(NetworkInterface.TRUNK) ->
                throw CloudError.invalidValue(
                        NetworkInterface.TRUNK, "InterfaceType", "It is not allowed; the only allowed value is EFA.");
            case AssociateTrunkInterface _,
                    DisassociateTrunkInterface _,
                    Ec2Request.DescribeTrunkInterfaceAssociations _ ->
                throw new CloudError("UnauthorizedOperation", "You are not authorized to perform this operation.");
            default -> {}
        }
    }

    Ec2Result associate(AssociateTrunkInterface request) {
        return new Ec2Result.Associated(
                tokens.earlier(request.clientToken(), request).orElseGet(() -> {
                    NetworkInterface branch = join(request);
                    tokens.keep(request.clientToken(), request, branch);
                    return branch;
                }),
                request.clientToken());
    }

    private NetworkInterface join(AssociateTrunkInterface request) {
        World world = ledger.world();
        NetworkInterface branch = Lookups.eni(world, request.branchEniId());
        NetworkInterface trunk = Lookups.eni(world, request.trunkEniId());
        checkBranch(branch);
        checkTrunk(trunk);
        if (!branch.availabilityZone().equals(trunk.availabilityZone())) {
            throw new CloudError(
                    "InvalidParameterCombination",
                    "You may not associate a branch interface with a trunk interface if they are not in the same"
                            + " availability zone");
        }
        int vlanId = request.vlanId();
        if (vlanId < 1 || vlanId > LARGEST_VLAN_ID) {
            throw CloudError.invalidValue(
                    Integer.toString(vlanId), "vlanId", "It must be 1 to " + LARGEST_VLAN_ID + ".");
        }
        List<NetworkInterface> present = world.branchesOf(trunk.id());
        if (present.stream()
                .anyMatch(other -> Objects.requireNonNull(other.association()).vlanId() == vlanId)) {
            throw CloudError.invalidValue(
                    Integer.toString(vlanId), "vlanId", "It is in use on trunk interface '" + trunk.id() + "'.");
        }
        checkRoom(trunk, present.size());
        NetworkInterface joined =
                branch.withAssociation(new TrunkAssociation(ledger.ids().next("trunk-assoc"), trunk.id(), vlanId));
        ledger.put(joined);
        return joined;
    }

    private static void checkBranch(NetworkInterface branch) {
        if (branch.association() != null) {
            throw new CloudError(
                    "Resource.AlreadyAssociated",
                    "Interface '%s' is already associated with trunk interface '%s'."
                            .formatted(branch.id(), branch.association().trunkEniId()));
        }
        if (branch.attachment() != null) {
            throw new CloudError("InvalidNetworkInterface.InUse", "Interface: [" + branch.id() + "] in use");
        }
        if (!branch.interfaceType().equals(NetworkInterface.ORDINARY)) {
            throw CloudError.invalidValue(
                    branch.id(),
                    "branchInterfaceId",
                    "An interface of the type " + branch.interfaceType() + " cannot be a branch.");
        }
    }

    private static void checkTrunk(NetworkInterface trunk) {
        if (!trunk.isTrunk()) {
            throw CloudError.invalidValue(trunk.id(), "trunkInterfaceId", "It is not a trunk interface.");
        }
        Attachment attachment = trunk.attachment();
        if (attachment == null || attachment.status() == Attachment.Status.DETACHING) {
            throw new CloudError(
                    "IncorrectState", "The trunk interface '" + trunk.id() + "' is not attached to an instance.");
        }
    }

    private void checkRoom(NetworkInterface trunk, int present) {
        InstanceType type = Lookups.instance(
                        ledger.world(),
                        Objects.requireNonNull(trunk.attachment()).instanceId())
                .type();
        if (present >= type.branches()) {
            throw new CloudError(
                    "AttachmentLimitExceeded",
                    "Branch interface count %d exceeds the limit for %s".formatted(present + 1, type.name()));
        }
    }

    Ec2Result disassociate(DisassociateTrunkInterface request) {
        ledger.put(Lookups.associated(ledger.world(), request.associationId()).withAssociation(null));
        return new Ec2Result.Disassociated(request.clientToken());
    }

    /** A trunk that leaves its instance has no branches any more; they are available again. */
    static void release(Ledger ledger, NetworkInterface trunk) {
        ledger.world().branchesOf(trunk.id()).forEach(branch -> ledger.put(branch.withAssociation(null)));
    }
}
