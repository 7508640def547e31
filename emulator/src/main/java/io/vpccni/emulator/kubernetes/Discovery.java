package io.vpccni.emulator.kubernetes;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What tools such as kubectl ask before anything else: which kinds there are. */
final class Discovery {
    private static final List<String> VERBS =
            List.of("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch");

    private Discovery() {}

    /** Empty when the path is about objects. */
    static Optional<ObjectNode> answer(String path) {
        String[] parts = path.substring(1).split("/");
        return switch (parts[0]) {
            case "version" ->
                Optional.of(object().put("major", "1").put("minor", "33").put("gitVersion", "v1.33.0-vpccni"));
            case "api" ->
                switch (parts.length) {
                    case 1 -> {
                        ObjectNode versions = object().put("kind", "APIVersions");
                        versions.putArray("versions").add("v1");
                        yield Optional.of(versions);
                    }
                    case 2 -> Optional.of(kinds("", parts[1]));
                    default -> Optional.empty();
                };
            case "apis" ->
                switch (parts.length) {
                    case 1 -> Optional.of(groups());
                    case 2 -> Optional.of(group(parts[1]));
                    case 3 -> Optional.of(kinds(parts[1], parts[2]));
                    default -> Optional.empty();
                };
            default -> Optional.empty();
        };
    }

    private static ObjectNode groups() {
        ObjectNode list = object().put("kind", "APIGroupList").put("apiVersion", "v1");
        ArrayNode groups = list.putArray("groups");
        Set<String> names = new LinkedHashSet<>();
        Kind.ALL.forEach(kind -> names.add(kind.group()));
        names.stream().filter(name -> !name.isEmpty()).forEach(name -> groups.add(group(name)));
        return list;
    }

    private static ObjectNode group(String name) {
        ObjectNode group =
                object().put("kind", "APIGroup").put("apiVersion", "v1").put("name", name);
        ArrayNode versions = group.putArray("versions");
        Kind.ALL.stream()
                .filter(kind -> kind.group().equals(name))
                .map(Kind::version)
                .distinct()
                .forEach(version -> versions.addObject()
                        .put("groupVersion", name + "/" + version)
                        .put("version", version));
        if (versions.isEmpty()) {
            throw Failure.noRoute();
        }
        group.set("preferredVersion", versions.get(versions.size() - 1).deepCopy());
        return group;
    }

    private static ObjectNode kinds(String group, String version) {
        List<Kind> kinds = Kind.ALL.stream()
                .filter(kind -> kind.group().equals(group) && kind.version().equals(version))
                .toList();
        if (kinds.isEmpty()) {
            throw Failure.noRoute();
        }
        ObjectNode list = object().put("kind", "APIResourceList")
                .put("apiVersion", "v1")
                .put("groupVersion", kinds.getFirst().apiVersion());
        ArrayNode resources = list.putArray("resources");
        for (Kind kind : kinds) {
            ObjectNode one = resources
                    .addObject()
                    .put("name", kind.plural())
                    .put("singularName", kind.name().toLowerCase(java.util.Locale.ROOT))
                    .put("namespaced", kind.namespaced())
                    .put("kind", kind.name());
            VERBS.forEach(one.putArray("verbs")::add);
            kind.shortNames().forEach(one.withArray("/shortNames")::add);
        }
        return list;
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
