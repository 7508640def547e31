package io.vpccni.telemetry;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The samples of a page in the text format of Prometheus (version 0.0.4). A line that is none is left out: one page is read with
 * hundreds of others, and what is odd about one node must not hide the rest.
 */
record Exposition(Map<String, List<Sample>> samples) {

    /** One value, of what its labels say. */
    record Sample(Map<String, String> labels, double value) {}

    private static final Pattern LINE =
            Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})?\\s+(\\S+)(?:\\s+-?\\d+)?\\s*");
    private static final Pattern LABEL = Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)\\s*=\\s*\"((?:[^\"\\\\]|\\\\.)*)\"");

    /** Reads a page. */
    static Exposition parse(String page) {
        Map<String, List<Sample>> samples = new HashMap<>();
        page.lines().filter(line -> !line.startsWith("#")).forEach(line -> {
            Matcher matcher = LINE.matcher(line);
            if (matcher.matches() && isNumber(matcher.group(3))) {
                samples.computeIfAbsent(matcher.group(1), _ -> new ArrayList<>())
                        .add(new Sample(labels(matcher.group(2)), number(matcher.group(3))));
            }
        });
        return new Exposition(samples);
    }

    /** The samples of that name; none if the page has none. */
    List<Sample> of(String name) {
        return samples.getOrDefault(name, List.of());
    }

    @SuppressWarnings("NullAway") // the group is null where there are no braces
    private static Map<String, String> labels(String text) {
        Map<String, String> labels = new HashMap<>();
        if (text != null) {
            Matcher matcher = LABEL.matcher(text);
            while (matcher.find()) {
                labels.put(matcher.group(1), matcher.group(2));
            }
        }
        return labels;
    }

    private static boolean isNumber(String text) {
        try {
            number(text);
            return true;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private static double number(String text) {
        return switch (text) {
            case "+Inf" -> Double.POSITIVE_INFINITY;
            case "-Inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(text);
        };
    }
}
