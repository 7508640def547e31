package io.vpccni.ec2;

import io.vpccni.vpc.InstanceLimits;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Limits of the instance types that were known when this version was built: {@code instance-limits.txt}, whose head says how
 * it is written. EC2's own word counts more.
 *
 * @param types by name, such as {@code m5.large}
 */
record InstanceTable(Map<String, InstanceLimits> types) {

    private static final String FILE = "instance-limits.txt";

    private static final Pattern FAMILY = Pattern.compile("(xen )?([a-z0-9-]+): (.+)");

    private static final Pattern SIZE = Pattern.compile("([a-z0-9-]+) (\\d{1,3})x(\\d{1,3})(?:/(\\d{1,2}))?");

    InstanceTable {
        types = Collections.unmodifiableMap(new TreeMap<>(types));
    }

    /** The table that comes with this version. */
    static InstanceTable shipped() {
        try (InputStream in = Objects.requireNonNull(InstanceTable.class.getResourceAsStream(FILE), FILE)) {
            return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads one family a line. Fails with IllegalArgumentException on a line it does not understand. */
    static InstanceTable parse(String text) {
        Map<String, InstanceLimits> types = new TreeMap<>();
        text.lines().filter(line -> !line.isBlank() && !line.startsWith("#")).forEach(line -> family(line, types));
        return new InstanceTable(types);
    }

    private static void family(String line, Map<String, InstanceLimits> types) {
        Matcher family = FAMILY.matcher(line);
        if (!family.matches()) {
            throw new IllegalArgumentException("\"" + line + "\" is not \"family: size ENIsxADDRESSES, ...\"");
        }
        boolean xen = family.group(1) != null;
        for (String text : family.group(3).split(", ", -1)) {
            Matcher size = SIZE.matcher(text);
            if (!size.matches()) {
                throw new IllegalArgumentException(
                        "\"" + text + "\" of " + family.group(2) + " is not \"size ENIsxADDRESSES\"");
            }
            String type = family.group(2) + "." + size.group(1);
            if (types.put(type, limits(size, xen)) != null) {
                throw new IllegalArgumentException(type + " stands there twice");
            }
        }
    }

    private static InstanceLimits limits(Matcher size, boolean xen) {
        boolean bareMetal = size.group(1).startsWith("metal");
        int enis = Integer.parseInt(size.group(2));
        int cards = size.group(4) == null ? 1 : Integer.parseInt(size.group(4));
        TreeMap<Integer, Integer> enisPerCard = new TreeMap<>();
        for (int card = 0; card < cards; card++) {
            enisPerCard.put(card, enis);
        }
        return new InstanceLimits(enisPerCard, Integer.parseInt(size.group(3)), bareMetal || !xen);
    }

    Optional<InstanceLimits> limitsOf(String type) {
        return Optional.ofNullable(types.get(type));
    }
}
