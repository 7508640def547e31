package io.vpccni.emulator.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Selectors of labels and fields, as queries and objects have them. */
final class Selector {
    private static final Pattern SET = Pattern.compile("(\\S+)\\s+(in|notin)\\s*\\(([^)]*)\\)");
    private static final Pattern COMPARED = Pattern.compile("([^=!\\s]+)\\s*(==|=|!=)\\s*(.*)");

    private Selector() {}

    /** {@code app=web,tier in (front,back),!old}; empty selects all. Fails for what cannot be read. */
    static Predicate<JsonNode> labels(String text) {
        List<Predicate<JsonNode>> terms =
                terms(text).stream().map(Selector::labelTerm).toList();
        return object -> terms.stream().allMatch(term -> term.test(object));
    }

    // Commas within parentheses belong to a term.
    private static List<String> terms(String text) {
        List<String> terms = new ArrayList<>();
        for (String term : text.split(",(?![^(]*\\))")) {
            if (!term.isBlank()) {
                terms.add(term.strip());
            }
        }
        return terms;
    }

    private static Predicate<JsonNode> labelTerm(String term) {
        Matcher set = SET.matcher(term);
        if (set.matches()) {
            List<String> values = List.of(set.group(3).strip().split("\\s*,\\s*"));
            return expression(set.group(1), set.group(2).equals("in") ? "In" : "NotIn", values);
        }
        Matcher compared = COMPARED.matcher(term);
        if (compared.matches()) {
            String operator = compared.group(2).equals("!=") ? "NotIn" : "In";
            return expression(compared.group(1), operator, List.of(compared.group(3)));
        }
        if (term.contains(" ")) {
            throw Failure.badRequest("unable to parse requirement: " + term);
        }
        return term.startsWith("!")
                ? expression(term.substring(1), "DoesNotExist", List.of())
                : expression(term, "Exists", List.of());
    }

    private static Predicate<JsonNode> expression(String key, String operator, List<String> values) {
        return object -> {
            JsonNode label = object.path("metadata").path("labels").path(key);
            return switch (operator) {
                case "In" -> label.isTextual() && values.contains(label.textValue());
                case "NotIn" -> !label.isTextual() || !values.contains(label.textValue());
                case "Exists" -> label.isTextual();
                case "DoesNotExist" -> !label.isTextual();
                default -> throw Failure.invalid("not a valid label selector operator: " + operator);
            };
        };
    }

    /** A selector that is part of an object; one that is missing or empty selects all. */
    static Predicate<JsonNode> of(JsonNode selector) {
        List<Predicate<JsonNode>> terms = new ArrayList<>();
        selector.path("matchLabels")
                .properties()
                .forEach(label -> terms.add(expression(
                        label.getKey(), "In", List.of(label.getValue().asText()))));
        for (JsonNode term : selector.path("matchExpressions")) {
            List<String> values = new ArrayList<>();
            term.path("values").forEach(value -> values.add(value.asText()));
            terms.add(
                    expression(term.path("key").asText(), term.path("operator").asText(), values));
        }
        return object -> terms.stream().allMatch(term -> term.test(object));
    }

    /** {@code spec.nodeName=node1,status.phase!=Failed}, of any field; one that is missing is empty. */
    static Predicate<JsonNode> fields(String text) {
        List<Predicate<JsonNode>> terms = new ArrayList<>();
        for (String term : terms(text)) {
            Matcher compared = COMPARED.matcher(term);
            if (!compared.matches()) {
                throw Failure.badRequest("invalid field selector: " + term);
            }
            String pointer = "/" + compared.group(1).replace('.', '/');
            boolean equal = !compared.group(2).equals("!=");
            String value = compared.group(3);
            terms.add(object -> object.at(pointer).asText("").equals(value) == equal);
        }
        return object -> terms.stream().allMatch(term -> term.test(object));
    }
}
