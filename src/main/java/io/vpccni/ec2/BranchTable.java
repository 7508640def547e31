package io.vpccni.ec2;

import io.vpccni.branch.BranchLimits;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Branches that instance types allow: {@code branch-limits.txt}, whose head says how it is written.
 *
 * @param types by name, such as {@code m5.large}; families without any trunk by name and {@code .*}
 */
public record BranchTable(Map<String, Integer> types) {

    private static final String FILE = "branch-limits.txt";

    public BranchTable {
        types = Map.copyOf(types);
    }

    /** The table that comes with this version. */
    public static BranchTable shipped() {
        try (InputStream in = Objects.requireNonNull(BranchTable.class.getResourceAsStream(FILE), FILE)) {
            return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads one line for each group of families. Fails with IllegalArgumentException on a line it does not understand. */
    static BranchTable parse(String text) {
        Map<String, Integer> types = new HashMap<>();
        text.lines().filter(line -> !line.isBlank() && !line.startsWith("#")).forEach(line -> {
            String[] halves = line.split(": ", 2);
            if (halves.length != 2) {
                throw new IllegalArgumentException("\"" + line + "\" is not \"families: sizes number, ...\"");
            }
            for (String group : halves[1].split(", ")) {
                List<String> words = Arrays.asList(group.split(" "));
                int limit = limit(words.getLast(), line);
                for (String family : halves[0].split(" ")) {
                    words.subList(0, words.size() - 1).forEach(size -> put(types, family + "." + size, limit));
                }
            }
        });
        return new BranchTable(types);
    }

    private static int limit(String word, String line) {
        if (!word.matches("\\d{1,3}")) {
            throw new IllegalArgumentException("\"" + word + "\" of \"" + line + "\" is not a number");
        }
        return Integer.parseInt(word);
    }

    private static void put(Map<String, Integer> types, String type, int limit) {
        if (types.put(type, limit) != null) {
            throw new IllegalArgumentException(type + " stands there twice");
        }
    }

    /** What is known of the type; empty for one that is younger than the table. */
    public OptionalInt known(String type) {
        String family = type.substring(0, Math.max(0, type.indexOf('.')));
        Integer found = types.getOrDefault(type, types.get(family + ".*"));
        return found == null ? OptionalInt.empty() : OptionalInt.of(found);
    }

    /**
     * Branches of a trunk on the type; 0 when it can have none.
     *
     * @param slots device indexes of its card 0
     * @param corrections numbers that people gave, which count more
     */
    public int limitOf(String type, int slots, Map<String, Integer> corrections) {
        return Optional.ofNullable(corrections.get(type))
                .orElseGet(() -> known(type).orElseGet(() -> BranchLimits.guess(type, slots)));
    }
}
