package io.vpccni.emulator.cloud;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * The tables {@code instance-types.csv}, limits as EC2 publishes them under "IP addresses per network interface", and
 * {@code branch-limits.csv}.
 */
public final class InstanceTypes {
    private static final Map<String, InstanceType> TABLE = read();

    private InstanceTypes() {}

    /** All known types by name, sorted. */
    public static Map<String, InstanceType> all() {
        return TABLE;
    }

    /**
     * A type of the table.
     *
     * @throws CloudError InvalidInstanceType
     */
    public static InstanceType named(String name) {
        InstanceType found = TABLE.get(name);
        if (found == null) {
            throw new CloudError(
                    "InvalidInstanceType", "The following supplied instance types do not exist: [" + name + "]");
        }
        return found;
    }

    private static Map<String, InstanceType> read() {
        Map<String, Integer> branches = new HashMap<>();
        for (String[] field : lines("branch-limits.csv")) {
            branches.put(field[0], Integer.valueOf(field[1]));
        }
        Map<String, InstanceType> table = new TreeMap<>();
        for (String[] field : lines("instance-types.csv")) {
            table.put(field[0], read(field, branches.getOrDefault(field[0], 0)));
        }
        return Collections.unmodifiableMap(table);
    }

    private static List<String[]> lines(String resource) {
        try (InputStream in = InstanceTypes.class.getResourceAsStream(resource);
                BufferedReader lines = new BufferedReader(
                        new InputStreamReader(Objects.requireNonNull(in, resource), StandardCharsets.UTF_8))) {
            return lines.lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split(",", -1))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InstanceType read(String[] field, int branches) {
        String[] cards = field[1].split("x", -1);
        int each = Integer.parseInt(cards[cards.length - 1]);
        int count = cards.length == 1 ? 1 : Integer.parseInt(cards[0]);
        int efaInterfaces = field.length > 4 ? Integer.parseInt(field[4]) : 0;
        return new InstanceType(
                field[0],
                Collections.nCopies(count, each),
                Integer.parseInt(field[2]),
                efaInterfaces,
                branches,
                field[3]);
    }
}
