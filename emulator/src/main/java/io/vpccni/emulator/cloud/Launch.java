package io.vpccni.emulator.cloud;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Whether an instance can be launched as planned. */
final class Launch {
    private static final List<String> TYPES = List.of("interface", NetworkInterface.EFA, NetworkInterface.EFA_ONLY);
    private static final String NOT_YET = "(new)";

    private Launch() {}

    /** @throws CloudError as RunInstances would answer */
    static void check(NodePlan plan, InstanceType type, Subnet subnet) {
        List<NodePlan.Eni> enis = new ArrayList<>(List.of(new NodePlan.Eni(0, 0, "interface")));
        enis.addAll(plan.more());
        List<Attachment> present = new ArrayList<>();
        Set<Integer> cardsWithEfa = new HashSet<>();
        for (NodePlan.Eni eni : enis) {
            if (!TYPES.contains(eni.interfaceType())) {
                throw CloudError.invalidValue(eni.interfaceType(), "interfaceType", "It must be one of " + TYPES + ".");
            }
            CardSlots.check(NOT_YET, type, present, eni.networkCard(), eni.deviceIndex());
            present.add(new Attachment(
                    NOT_YET,
                    NOT_YET,
                    eni.deviceIndex(),
                    eni.networkCard(),
                    Attachment.Status.ATTACHED,
                    Instant.EPOCH,
                    true));
            if (eni.hasEfa()) {
                checkEfaSupport(type);
                if (!cardsWithEfa.add(eni.networkCard()) || cardsWithEfa.size() > type.efaInterfaces()) {
                    throw new CloudError(
                            "AttachmentLimitExceeded",
                            "%s has %d Elastic Fabric Adapters, one on a network card"
                                    .formatted(type.name(), type.efaInterfaces()));
                }
            }
        }
        long addresses = enis.stream().filter(eni -> !eni.efaOnly()).count();
        if (subnet.availableAddresses() < addresses) {
            throw new CloudError(
                    "InsufficientFreeAddressesInSubnet",
                    "The specified subnet does not have enough free addresses to satisfy the request.");
        }
    }

    /** @throws CloudError UnsupportedOperation */
    static void checkEfaSupport(InstanceType type) {
        if (type.efaInterfaces() == 0) {
            throw new CloudError(
                    "UnsupportedOperation", type.name() + " instances do not support Elastic Fabric Adapters.");
        }
    }
}
