package io.vpccni.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * Reads variables with the reference's parse rules and remembers what was wrong with them.
 *
 * <p>A bool is exactly one of {@code 1 t T TRUE true True 0 f F FALSE false False}; a whole number is a sign and decimal
 * digits. A value the reference would replace by its default is replaced and reported as a warning; a value it refuses to
 * start with is reported as an error.
 */
public final class Environment {

    /** Something wrong with a variable, worded for the person who has to change it. */
    public record Problem(boolean fatal, String variable, String value, String accepted) {
        @Override
        public String toString() {
            return variable + "=\"" + value + "\" is not accepted: " + accepted;
        }
    }

    private static final Map<String, Boolean> BOOLEANS = Map.ofEntries(
            Map.entry("1", true),
            Map.entry("t", true),
            Map.entry("T", true),
            Map.entry("TRUE", true),
            Map.entry("true", true),
            Map.entry("True", true),
            Map.entry("0", false),
            Map.entry("f", false),
            Map.entry("F", false),
            Map.entry("FALSE", false),
            Map.entry("false", false),
            Map.entry("False", false));

    private final Function<String, Optional<String>> lookup;
    private final List<Problem> problems = new ArrayList<>();

    /**
     * @param lookup the value of a variable; empty when it is not set
     */
    public Environment(Function<String, Optional<String>> lookup) {
        this.lookup = lookup;
    }

    public Environment(Map<String, String> variables) {
        this(name -> Optional.ofNullable(variables.get(name)));
    }

    /** What was wrong so far, in the order of reading. */
    public List<Problem> problems() {
        return List.copyOf(problems);
    }

    /**
     * Logs each problem, and then fails if one of them is fatal.
     *
     * @throws IllegalArgumentException with what has to be changed before the start
     */
    public void settle(Logger log) {
        problems.forEach(problem -> log.log(problem.fatal() ? Logger.Level.ERROR : Logger.Level.WARN, problem));
        List<String> fatal =
                problems.stream().filter(Problem::fatal).map(Problem::toString).toList();
        if (!fatal.isEmpty()) {
            throw new IllegalArgumentException("cannot start: " + String.join("; ", fatal));
        }
    }

    Optional<String> text(String name) {
        return lookup.apply(name);
    }

    String text(String name, String otherwise) {
        return lookup.apply(name).orElse(otherwise);
    }

    boolean flag(String name, boolean otherwise) {
        return text(name)
                .map(value -> {
                    Boolean parsed = BOOLEANS.get(value);
                    return parsed != null ? parsed : warn(name, value, "true or false; using " + otherwise, otherwise);
                })
                .orElse(otherwise);
    }

    /** A whole number of at least {@code minimum}; anything else becomes {@code otherwise} with a warning. */
    int number(String name, int minimum, int otherwise) {
        return text(name)
                .map(value -> wholeNumber(value)
                        .filter(number -> number >= minimum)
                        .orElseGet(() -> warn(
                                name,
                                value,
                                "a whole number of at least " + minimum + "; using " + otherwise,
                                otherwise)))
                .orElse(otherwise);
    }

    /** A whole number between two bounds; anything else is fatal. */
    int numberBetween(String name, int least, int most, int otherwise) {
        return text(name)
                .map(value -> wholeNumber(value)
                        .filter(number -> number >= least && number <= most)
                        .orElseGet(
                                () -> refuse(name, value, "a whole number from " + least + " to " + most, otherwise)))
                .orElse(otherwise);
    }

    /** One of a few words, any case; anything else becomes {@code otherwise} with a warning. */
    String word(String name, List<String> words, String otherwise) {
        return text(name)
                .filter(value -> !value.isEmpty())
                .map(value -> {
                    String lower = value.toLowerCase(Locale.ROOT);
                    return words.contains(lower)
                            ? lower
                            : warn(name, value, "one of " + words + "; using " + otherwise, otherwise);
                })
                .orElse(otherwise);
    }

    <T> T warn(String name, String value, String accepted, T otherwise) {
        problems.add(new Problem(false, name, value, accepted));
        return otherwise;
    }

    <T> T refuse(String name, String value, String accepted, T otherwise) {
        problems.add(new Problem(true, name, value, accepted));
        return otherwise;
    }

    static Optional<Integer> wholeNumber(String value) {
        try {
            return Optional.of(Integer.parseInt(value));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
