package io.vpccni.emulator.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vpccni.emulator.kubernetes.ObjectStore.Change;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The events of one watch. An object that begins to be selected is added for it, one that ceases to be is deleted. */
final class Watch {
    /** How often a client that has gone is noticed where nothing happens. */
    private static final Duration BOOKMARK = Duration.ofSeconds(30);

    interface Out {
        void send(ObjectNode event) throws IOException;
    }

    private final ObjectStore store;
    private final Target target;
    private final Predicate<JsonNode> selected;

    Watch(ObjectStore store, Target target, Predicate<JsonNode> selected) {
        this.store = store;
        this.target = target;
        this.selected = selected.and(this::isHere);
    }

    private boolean isHere(JsonNode object) {
        JsonNode metadata = object.path("metadata");
        return (target.namespace().isEmpty()
                        || target.namespace().equals(metadata.path("namespace").asText()))
                && (target.name().isEmpty()
                        || target.name().equals(metadata.path("name").asText()));
    }

    /**
     * Ends when the time is over or {@code since} is too long ago; with an IOException when nobody listens any more.
     *
     * @param since changes after this version; empty for all objects that are there, and then changes
     */
    void run(Optional<Long> since, long seconds, Out out) throws IOException, InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
        long version = since.isPresent() ? since.get() : present(out);
        while (System.nanoTime() < end) {
            Duration left = Duration.ofNanos(end - System.nanoTime());
            try {
                boolean silent = true;
                for (Change change : store.changesAfter(version, left.compareTo(BOOKMARK) < 0 ? left : BOOKMARK)) {
                    Optional<ObjectNode> event = event(change);
                    if (event.isPresent()) {
                        out.send(event.get());
                        silent = false;
                    }
                    version = change.version();
                }
                if (silent) {
                    bookmark(version, out);
                }
            } catch (Failure e) {
                out.send(event("ERROR", e.status()));
                return;
            }
        }
    }

    private long present(Out out) throws IOException {
        ObjectStore.Listing listing = store.list(target.kind(), target.namespace(), selected);
        for (ObjectNode object : listing.objects()) {
            out.send(event("ADDED", object));
        }
        return listing.version();
    }

    private Optional<ObjectNode> event(Change change) {
        if (!change.kind().equals(target.kind())) {
            return Optional.empty();
        }
        Optional<ObjectNode> before = chosen(change.before());
        Optional<ObjectNode> after = chosen(change.after());
        if (after.isPresent()) {
            return Optional.of(event(before.isPresent() ? "MODIFIED" : "ADDED", after.get()));
        }
        return before.map(gone -> event("DELETED", gone));
    }

    private Optional<ObjectNode> chosen(@Nullable ObjectNode object) {
        return Optional.ofNullable(object).filter(selected);
    }

    private void bookmark(long version, Out out) throws IOException {
        ObjectNode mark = JsonNodeFactory.instance
                .objectNode()
                .put("kind", target.kind().name())
                .put("apiVersion", target.kind().apiVersion());
        mark.putObject("metadata").put("resourceVersion", Long.toString(version));
        out.send(event("BOOKMARK", mark));
    }

    private static ObjectNode event(String type, ObjectNode object) {
        ObjectNode event = JsonNodeFactory.instance.objectNode().put("type", type);
        event.set("object", object);
        return event;
    }
}
