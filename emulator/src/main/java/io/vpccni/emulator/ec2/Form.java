package io.vpccni.emulator.ec2;

import io.vpccni.emulator.cloud.CloudError;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Parameters of a Query request: {@code a.1.b=c}, where numbers count members of a list from 1. */
record Form(Map<String, String> parameters) {

    /** @throws CloudError MalformedQueryString */
    static Form parse(String body) {
        Map<String, String> parameters = new LinkedHashMap<>();
        try {
            for (String pair : body.split("&", -1)) {
                int equals = pair.indexOf('=');
                if (!pair.isEmpty()) {
                    String name = equals < 0 ? pair : pair.substring(0, equals);
                    String value = equals < 0 ? "" : pair.substring(equals + 1);
                    parameters.put(decode(name), decode(value));
                }
            }
        } catch (IllegalArgumentException e) {
            throw new CloudError("MalformedQueryString", "The query string contains a syntax error");
        }
        return new Form(parameters);
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    @Nullable
    String get(String name) {
        return parameters.get(name);
    }

    String get(String name, String fallback) {
        return parameters.getOrDefault(name, fallback);
    }

    String need(String name) {
        String value = parameters.get(name);
        if (value == null || value.isEmpty()) {
            throw new CloudError("MissingParameter", "The request must contain the parameter " + lowerFirst(name));
        }
        return value;
    }

    @Nullable
    Integer number(String name) {
        String value = parameters.get(name);
        if (value == null) {
            return null;
        }
        try {
            return Integer.valueOf(value);
        } catch (NumberFormatException e) {
            throw new CloudError(
                    "InvalidParameterValue",
                    "Invalid value '" + value + "' for " + lowerFirst(name) + ". It must be an integer.");
        }
    }

    int number(String name, int fallback) {
        Integer value = number(name);
        return value == null ? fallback : value;
    }

    @Nullable
    Boolean flag(String name) {
        String value = parameters.get(name);
        return switch (value) {
            case null -> null;
            case "true" -> true;
            case "false" -> false;
            default ->
                throw new CloudError(
                        "InvalidParameterValue",
                        "Invalid value '" + value + "' for " + lowerFirst(name) + ". It must be true or false.");
        };
    }

    boolean flag(String name, boolean fallback) {
        Boolean value = flag(name);
        return value == null ? fallback : value;
    }

    /** Values of {@code name.1}, {@code name.2}, … in the order of their numbers. */
    List<String> list(String name) {
        List<String> values = new ArrayList<>();
        for (Form member : members(name)) {
            values.add(member.get("", ""));
        }
        return values;
    }

    /** {@code name.1.x} becomes a form with {@code x}; {@code name.1} itself is under the empty name. */
    List<Form> members(String name) {
        Set<Integer> indexes = new TreeSet<>();
        String start = name + ".";
        for (String key : parameters.keySet()) {
            if (key.startsWith(start)) {
                String rest = key.substring(start.length());
                int dot = rest.indexOf('.');
                String index = dot < 0 ? rest : rest.substring(0, dot);
                if (!index.isEmpty() && index.length() < 9 && index.chars().allMatch(Character::isDigit)) {
                    indexes.add(Integer.valueOf(index));
                }
            }
        }
        return indexes.stream().map(index -> below(start + index)).toList();
    }

    private Form below(String prefix) {
        Map<String, String> own = new LinkedHashMap<>();
        parameters.forEach((key, value) -> {
            if (key.equals(prefix)) {
                own.put("", value);
            } else if (key.startsWith(prefix + ".")) {
                own.put(key.substring(prefix.length() + 1), value);
            }
        });
        return new Form(own);
    }

    private static String lowerFirst(String name) {
        return name.isEmpty() ? name : Character.toLowerCase(name.charAt(0)) + name.substring(1);
    }
}
