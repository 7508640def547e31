package io.vpccni.emulator.cloud;

import java.time.Instant;
import java.util.Map;

/** A running instance. {@code name} is the emulator's own name of the node, such as {@code node1}. */
public record Instance(
        String id,
        String name,
        InstanceType type,
        String amiId,
        String reservationId,
        String subnetId,
        String vpcId,
        String availabilityZone,
        Instant launchTime,
        Map<String, String> tags) {
    Instance withTags(Map<String, String> next) {
        return new Instance(id, name, type, amiId, reservationId, subnetId, vpcId, availabilityZone, launchTime, next);
    }
}
