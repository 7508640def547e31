package io.vpccni.emulator.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** What the server makes of an object that it is sent. Nothing that it is given is changed. */
final class Writing {
    /** These are the server's alone. */
    private static final List<String> ITS_OWN =
            List.of("uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation");

    private Writing() {}

    /**
     * A new object as it is kept.
     *
     * @param uid for it
     */
    static ObjectNode created(Key key, ObjectNode sent, String uid, Instant now) {
        ObjectNode made = ofKind(key, sent);
        ObjectNode metadata = made.withObject("/metadata");
        metadata.remove(ITS_OWN);
        metadata.put("uid", uid)
                .put("creationTimestamp", seconds(now))
                .put("generation", 1)
                .remove(List.of("resourceVersion"));
        if (key.kind().statusApart() && !key.kind().equals(Kind.NODE)) {
            made.remove("status");
        }
        if (key.kind().equals(Kind.POD)) {
            made.putObject("status").put("phase", "Pending");
            defaultText(made.withObject("/spec"), "serviceAccountName", "default");
        }
        if (key.kind().equals(Kind.NAMESPACE)) {
            made.putObject("status").put("phase", "Active");
            metadata.withObject("/labels").put("kubernetes.io/metadata.name", key.name());
        }
        return made;
    }

    /**
     * What {@code before} becomes.
     *
     * @param status only the status is written
     * @throws Failure when {@code sent} is of an older object or of another one
     */
    static ObjectNode updated(Key key, ObjectNode before, ObjectNode sent, boolean status, Instant now) {
        refuseOthers(key, before, sent);
        if (status) {
            ObjectNode next = before.deepCopy();
            if (sent.has("status")) {
                next.set("status", sent.get("status").deepCopy());
            } else {
                next.remove("status");
            }
            return next;
        }
        ObjectNode next = ofKind(key, sent);
        ObjectNode metadata = next.withObject("/metadata");
        copy(before.path("metadata"), metadata, "resourceVersion");
        ITS_OWN.forEach(field -> copy(before.path("metadata"), metadata, field));
        if (key.kind().statusApart()) {
            copy(before, next, "status");
        }
        if (key.kind().equals(Kind.POD)
                && nodeOf(before).isEmpty()
                && !nodeOf(next).isEmpty()) {
            next.withObject("/status")
                    .putArray("conditions")
                    .addObject()
                    .put("type", "PodScheduled")
                    .put("status", "True")
                    .put("lastTransitionTime", seconds(now));
        }
        if (!contents(before).equals(contents(next))) {
            metadata.put("generation", before.at("/metadata/generation").asLong() + 1);
        }
        return next;
    }

    private static String nodeOf(JsonNode pod) {
        return pod.at("/spec/nodeName").asText("");
    }

    /** {@code before} as it waits for those who have a finalizer on it. */
    static ObjectNode leaving(ObjectNode before, Instant now) {
        ObjectNode next = before.deepCopy();
        next.withObject("/metadata").put("deletionTimestamp", seconds(now)).put("deletionGracePeriodSeconds", 0);
        return next;
    }

    static boolean isLeaving(JsonNode object) {
        return object.at("/metadata/deletionTimestamp").isTextual();
    }

    static boolean isHeld(JsonNode object) {
        return !object.at("/metadata/finalizers").isEmpty();
    }

    /** @throws Failure when a uid or a version is named, and it is not that of {@code before} */
    static void refuseOthers(Key key, ObjectNode before, JsonNode sent) {
        for (String field : List.of("uid", "resourceVersion")) {
            String wanted = sent.path("metadata").path(field).asText("");
            String is = before.path("metadata").path(field).asText("");
            if (!wanted.isEmpty() && !wanted.equals(is)) {
                throw Failure.conflict(
                        key.kind(),
                        key.name(),
                        field.equals("uid")
                                ? "Precondition failed: UID in precondition: " + wanted + ", UID in object meta: " + is
                                : "the object has been modified; please apply your changes to the latest version and"
                                        + " try again");
            }
        }
    }

    private static ObjectNode ofKind(Key key, ObjectNode sent) {
        ObjectNode made = sent.deepCopy();
        made.put("apiVersion", key.kind().apiVersion()).put("kind", key.kind().name());
        ObjectNode metadata = made.withObject("/metadata");
        metadata.put("name", key.name());
        if (key.kind().namespaced()) {
            metadata.put("namespace", key.namespace());
        } else {
            metadata.remove("namespace");
        }
        return made;
    }

    private static ObjectNode contents(ObjectNode object) {
        return object.deepCopy().without(List.of("metadata", "status"));
    }

    private static void copy(JsonNode from, ObjectNode to, String field) {
        if (from.has(field)) {
            to.set(field, from.get(field).deepCopy());
        } else {
            to.remove(field);
        }
    }

    private static void defaultText(ObjectNode object, String field, String value) {
        if (!object.path(field).isTextual()) {
            object.put(field, value);
        }
    }

    private static String seconds(Instant now) {
        return now.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
