package io.vpccni.emulator.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * All objects, and what became of them lately. Each change has a number, which is the resourceVersion of what it leaves. Objects
 * that are in here are never changed, only replaced. May be used from any thread.
 */
final class ObjectStore {
    /** Watches that are further behind have to list again. */
    private static final int REMEMBERED = 20_000;

    /** {@code before} is null for a new object, {@code after} for one that is gone. */
    record Change(
            long version,
            Kind kind,
            @Nullable ObjectNode before,
            @Nullable ObjectNode after) {}

    record Listing(List<ObjectNode> objects, long version) {}

    private final Map<Key, ObjectNode> objects =
            new TreeMap<>(Comparator.comparing((Key key) -> key.kind().qualified())
                    .thenComparing(Key::namespace)
                    .thenComparing(Key::name));
    private final Deque<Change> changes = new ArrayDeque<>();
    private long version;
    private long forgotten;

    synchronized Optional<ObjectNode> find(Key key) {
        return Optional.ofNullable(objects.get(key));
    }

    /** @param namespace empty for all */
    synchronized Listing list(Kind kind, String namespace, Predicate<JsonNode> selected) {
        List<ObjectNode> found = new ArrayList<>();
        objects.forEach((key, object) -> {
            boolean here = key.kind().equals(kind)
                    && (namespace.isEmpty() || key.namespace().equals(namespace));
            if (here && selected.test(object)) {
                found.add(object);
            }
        });
        return new Listing(found, version);
    }

    /** Puts {@code after} in the place of {@code before}; empty when something else is there by now. */
    synchronized Optional<ObjectNode> replace(Key key, @Nullable ObjectNode before, ObjectNode after) {
        if (objects.get(key) != before) {
            return Optional.empty();
        }
        ObjectNode kept = after.deepCopy();
        kept.withObject("/metadata").put("resourceVersion", Long.toString(++version));
        objects.put(key, kept);
        remember(new Change(version, key.kind(), before, kept));
        return Optional.of(kept);
    }

    /** Takes the object away; false when something else is there by now. */
    synchronized boolean remove(Key key, ObjectNode before) {
        if (objects.get(key) != before) {
            return false;
        }
        objects.remove(key);
        ObjectNode last = before.deepCopy();
        last.withObject("/metadata").put("resourceVersion", Long.toString(++version));
        remember(new Change(version, key.kind(), last, null));
        return true;
    }

    /** Objects that name an owner of this uid. */
    synchronized List<Key> ownedBy(String uid) {
        List<Key> owned = new ArrayList<>();
        objects.forEach((key, object) -> {
            for (JsonNode owner : object.at("/metadata/ownerReferences")) {
                if (owner.path("uid").asText().equals(uid)) {
                    owned.add(key);
                }
            }
        });
        return owned;
    }

    /** Everything in a namespace. */
    synchronized List<Key> within(String namespace) {
        return objects.keySet().stream()
                .filter(key -> key.namespace().equals(namespace))
                .toList();
    }

    /**
     * What has changed since, after waiting for the first change for so long; empty when there was none.
     *
     * @throws Failure when too much has changed since
     */
    synchronized List<Change> changesAfter(long since, Duration patience) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (version <= since) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                return List.of();
            }
            wait(left);
        }
        if (since < forgotten) {
            throw Failure.expired();
        }
        return changes.stream().filter(change -> change.version() > since).toList();
    }

    private void remember(Change change) {
        changes.addLast(change);
        if (changes.size() > REMEMBERED) {
            forgotten = changes.removeFirst().version();
        }
        notifyAll();
    }
}
