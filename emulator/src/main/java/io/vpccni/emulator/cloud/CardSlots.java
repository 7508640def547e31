package io.vpccni.emulator.cloud;

import java.util.List;

/** Whether an ENI fits at a place of an instance: a device index of a network card. */
final class CardSlots {
    private CardSlots() {}

    /**
     * Checks one more attachment.
     *
     * @param instanceId for the words of the error
     * @param present what is attached, attaching or detaching
     * @throws CloudError InvalidParameterValue, AttachmentLimitExceeded
     */
    static void check(
            String instanceId, InstanceType type, List<Attachment> present, int networkCard, int deviceIndex) {
        if (networkCard < 0 || networkCard >= type.cards().size()) {
            throw CloudError.invalidValue(
                    Integer.toString(networkCard),
                    "networkCardIndex",
                    "Instance type " + type.name() + " has " + type.cards().size() + " network card"
                            + (type.hasSeveralCards() ? "s." : "."));
        }
        if (deviceIndex < 0) {
            throw CloudError.invalidValue(Integer.toString(deviceIndex), "deviceIndex", "It must not be negative.");
        }
        List<Attachment> onCard =
                present.stream().filter(one -> one.networkCard() == networkCard).toList();
        if (onCard.stream().anyMatch(other -> other.deviceIndex() == deviceIndex)) {
            throw new CloudError(
                    "InvalidParameterValue",
                    "Instance '%s' already has an interface attached at device index '%d'%s."
                            .formatted(
                                    instanceId,
                                    deviceIndex,
                                    type.hasSeveralCards() ? " of network card index '" + networkCard + "'" : ""));
        }
        int most = type.cards().get(networkCard);
        if (onCard.size() >= most) {
            throw new CloudError(
                    "AttachmentLimitExceeded",
                    "Interface count %d exceeds the limit for %s".formatted(onCard.size() + 1, type.name()));
        }
        // With one card EC2 takes any device index, and counts.
        if (type.hasSeveralCards() && deviceIndex >= most) {
            throw CloudError.invalidValue(
                    Integer.toString(deviceIndex),
                    "deviceIndex",
                    "Network card %d has device indexes from 0 to %d.".formatted(networkCard, most - 1));
        }
    }
}
