package io.vpccni.emulator.kubernetes;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Patches of objects: both change {@code target}, and fail for what does not fit it. */
final class Patch {
    private Patch() {}

    /** RFC 7386: objects are merged, null removes, all else replaces. */
    static void merge(ObjectNode target, JsonNode patch) {
        patch.properties().forEach(field -> {
            JsonNode value = field.getValue();
            if (value.isNull()) {
                target.remove(field.getKey());
            } else if (value.isObject()) {
                ObjectNode below =
                        target.path(field.getKey()) instanceof ObjectNode found ? found : target.objectNode();
                target.set(field.getKey(), below);
                merge(below, value);
            } else {
                target.set(field.getKey(), value.deepCopy());
            }
        });
    }

    /** RFC 6902. */
    static void operations(ObjectNode target, JsonNode operations) {
        for (JsonNode operation : operations) {
            JsonPointer path = pointer(operation, "path");
            switch (operation.path("op").asText()) {
                case "add" -> add(target, path, operation.path("value").deepCopy());
                case "remove" -> remove(target, path);
                case "replace" -> {
                    remove(target, path);
                    add(target, path, operation.path("value").deepCopy());
                }
                case "test" -> {
                    if (!target.at(path).equals(operation.path("value"))) {
                        throw Failure.invalid("the test of " + path + " failed");
                    }
                }
                case "copy" ->
                    add(
                            target,
                            path,
                            present(target, pointer(operation, "from")).deepCopy());
                case "move" -> {
                    JsonPointer from = pointer(operation, "from");
                    JsonNode moved = present(target, from);
                    remove(target, from);
                    add(target, path, moved);
                }
                default -> throw Failure.badRequest("no operation of a JSON patch: " + operation);
            }
        }
    }

    private static JsonPointer pointer(JsonNode operation, String field) {
        try {
            JsonPointer pointer = JsonPointer.compile(operation.path(field).asText());
            if (!pointer.matches()) {
                return pointer;
            }
        } catch (IllegalArgumentException e) {
            // Answered below, as the whole object is.
        }
        throw Failure.badRequest("no path into an object: " + operation);
    }

    private static JsonNode present(ObjectNode target, JsonPointer path) {
        JsonNode found = target.at(path);
        if (found.isMissingNode()) {
            throw Failure.invalid("there is nothing at " + path);
        }
        return found;
    }

    private static void add(ObjectNode target, JsonPointer path, JsonNode value) {
        String last = path.last().getMatchingProperty();
        switch (present(target, path.head())) {
            case ObjectNode object -> object.set(last, value);
            case ArrayNode array when last.equals("-") -> array.add(value);
            case ArrayNode array
            when path.last().getMatchingIndex() >= 0 && path.last().getMatchingIndex() <= array.size() ->
                array.insert(path.last().getMatchingIndex(), value);
            default -> throw Failure.invalid("nothing can be put at " + path);
        }
    }

    private static void remove(ObjectNode target, JsonPointer path) {
        present(target, path);
        switch (target.at(path.head())) {
            case ObjectNode object -> object.remove(path.last().getMatchingProperty());
            case ArrayNode array -> array.remove(path.last().getMatchingIndex());
            default -> throw Failure.invalid("nothing can be taken from " + path.head());
        }
    }
}
