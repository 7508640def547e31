package io.vpccni.emulator.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * What can be done to objects: admission, and what follows from a write elsewhere. All methods fail with {@link Failure}, and may
 * be called from any thread.
 */
final class ApiObjects {
    /** Writers that name no version are tried again when another was faster. */
    private static final int TRIES = 20;

    private final ObjectStore store;
    private final Admission admission;
    private final InstantSource clock;

    ApiObjects(ObjectStore store, Admission admission, InstantSource clock) {
        this.store = store;
        this.admission = admission;
        this.clock = clock;
    }

    ObjectNode get(Key key) {
        return store.find(key).orElseThrow(() -> Failure.notFound(key.kind(), key.name()));
    }

    /** @param warnings what webhooks want to be said is added */
    ObjectNode create(Key key, ObjectNode sent, Caller caller, List<String> warnings) throws InterruptedException {
        if (key.kind().namespaced()) {
            get(new Key(Kind.NAMESPACE, "", key.namespace()));
        }
        if (store.find(key).isPresent()) {
            throw Failure.exists(key.kind(), key.name());
        }
        ObjectNode made = Writing.created(key, sent, UUID.randomUUID().toString(), clock.instant());
        ObjectNode admitted = admission.admit(new Admission.Request("CREATE", key, null, made, caller), warnings);
        ObjectNode kept = store.replace(key, null, admitted).orElseThrow(() -> Failure.exists(key.kind(), key.name()));
        if (key.kind().equals(Kind.NAMESPACE)) {
            Key account = new Key(Kind.SERVICE_ACCOUNT, key.name(), "default");
            store.replace(
                    account,
                    null,
                    Writing.created(
                            account, kept.objectNode(), UUID.randomUUID().toString(), clock.instant()));
        }
        return kept;
    }

    /**
     * Lets {@code change} change a copy of the object.
     *
     * @param status only the status is written; nobody is asked to admit that
     */
    ObjectNode update(Key key, boolean status, Consumer<ObjectNode> change, Caller caller, List<String> warnings)
            throws InterruptedException {
        for (int i = 0; i < TRIES; i++) {
            ObjectNode before = get(key);
            ObjectNode sent = before.deepCopy();
            change.accept(sent);
            ObjectNode next = Writing.updated(key, before, sent, status, clock.instant());
            if (next.equals(before)) {
                return before;
            }
            ObjectNode admitted = status
                    ? next
                    : admission.admit(new Admission.Request("UPDATE", key, before, next, caller), warnings);
            if (Writing.isLeaving(admitted) && !Writing.isHeld(admitted)) {
                if (remove(key, before)) {
                    return admitted;
                }
            } else {
                Optional<ObjectNode> kept = store.replace(key, before, admitted);
                if (kept.isPresent()) {
                    return kept.get();
                }
            }
        }
        throw Failure.conflict(key.kind(), key.name(), "too many others change it");
    }

    /**
     * The object as it was, or as it waits for its finalizers.
     *
     * @param preconditions {@code uid} and {@code resourceVersion}, where they matter
     */
    ObjectNode delete(Key key, JsonNode preconditions) {
        for (int i = 0; i < TRIES; i++) {
            ObjectNode before = get(key);
            Writing.refuseOthers(key, before, before.objectNode().set("metadata", preconditions));
            if (!Writing.isHeld(before)) {
                if (remove(key, before)) {
                    return before;
                }
            } else if (Writing.isLeaving(before)) {
                return before;
            } else {
                Optional<ObjectNode> kept = store.replace(key, before, Writing.leaving(before, clock.instant()));
                if (kept.isPresent()) {
                    return kept.get();
                }
            }
        }
        throw Failure.conflict(key.kind(), key.name(), "too many others change it");
    }

    private boolean remove(Key key, ObjectNode before) {
        if (!store.remove(key, before)) {
            return false;
        }
        List<Key> orphans = key.kind().equals(Kind.NAMESPACE)
                ? store.within(key.name())
                : store.ownedBy(before.at("/metadata/uid").asText());
        for (Key orphan : orphans) {
            try {
                delete(orphan, before.objectNode());
            } catch (Failure e) {
                // Somebody else has deleted it.
            }
        }
        return true;
    }
}
