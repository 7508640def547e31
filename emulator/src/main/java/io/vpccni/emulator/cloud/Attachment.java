package io.vpccni.emulator.cloud;

import java.time.Instant;

/** An ENI on an instance. */
public record Attachment(
        String id,
        String instanceId,
        int deviceIndex,
        int networkCard,
        Status status,
        Instant attachTime,
        boolean deleteOnTermination) {

    /**
     * {@snippet :
     * (none) ──Attach──► ATTACHING ──attach time──► ATTACHED ──Detach──► DETACHING ──detach time──► (none)
     * }
     */
    public enum Status {
        ATTACHING,
        ATTACHED,
        DETACHING;

        /** As the EC2 API spells it. */
        public String wireName() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** The guest has the device: it appears when attaching ends and goes when detaching ends. */
    public boolean onWire() {
        return status != Status.ATTACHING;
    }

    /** Of the primary ENI, which stays as long as the instance. */
    public boolean isPrimary() {
        return networkCard == 0 && deviceIndex == 0;
    }

    Attachment with(Status next) {
        return new Attachment(id, instanceId, deviceIndex, networkCard, next, attachTime, deleteOnTermination);
    }

    Attachment withDeleteOnTermination(boolean next) {
        return new Attachment(id, instanceId, deviceIndex, networkCard, status, attachTime, next);
    }
}
