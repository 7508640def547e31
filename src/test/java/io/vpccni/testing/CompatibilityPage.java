package io.vpccni.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The tables of {@code docs/compatibility.md}. */
public record CompatibilityPage(List<Row> rows) {

    public static final Path PATH = Path.of("docs/compatibility.md");

    public static final String DAEMON = "Environment: the daemon";
    public static final String NODE_PROGRAMS = "Environment: the node programs";
    public static final String PLATFORM = "Environment: the platform";
    public static final String CONTRADICTIONS = "Settings that contradict each other";
    public static final String SERVICES = "gRPC services";
    public static final String MESSAGES = "gRPC messages";
    public static final String INTROSPECTION = "Introspection";
    public static final String METRICS = "Metrics";
    public static final String KERNEL = "Route tables, rules, names in the kernel";
    public static final String PLUGIN_KEYS = "aws-cni: configuration";
    public static final String EGRESS_KEYS = "egress-cni: configuration";
    public static final String COMMENTS = "Packet filter: comments";
    public static final String SENTENCES = "Sentences that end the start";
    public static final String PLACEHOLDERS = "Network configuration: placeholders";
    public static final String PROBE = "grpc-health-probe";

    private static final Pattern LINE = Pattern.compile("\\| `(.+?)` \\| (.*) \\| (.*) \\| (.*) \\|");
    private static final Pattern METRIC = Pattern.compile("(gauge|counter|summary|histogram)(?: by ([^;]*))?(?:;.*)?");

    /**
     * A name of the outside world.
     *
     * @param section the heading above
     * @param reference what it is in the reference
     * @param here "same", "better: how", "not yet: what is missing" or "left out: why"
     * @param tests classes, or methods as {@code Class.method}
     */
    public record Row(String section, String name, String reference, String here, List<String> tests) {

        public boolean isNotYet() {
            return here.startsWith("not yet: ");
        }

        public boolean isLeftOut() {
            return here.startsWith("left out: ");
        }

        /** Type and labels of a metric, as {@code gauge [fn]}. */
        public String metricKind() {
            Matcher words = METRIC.matcher(reference);
            if (!words.matches()) {
                throw new AssertionError(name + " has no type: " + reference);
            }
            String labels = words.group(2) == null ? "" : words.group(2).replace("`", "");
            return words.group(1) + " [" + labels + "]";
        }

        @Override
        public String toString() {
            return section + ": " + name;
        }
    }

    public static CompatibilityPage read() throws IOException {
        String section = "";
        List<Row> rows = new ArrayList<>();
        for (String line : Files.readAllLines(PATH)) {
            Matcher cells = LINE.matcher(line);
            if (line.startsWith("## ")) {
                section = line.substring(3);
            } else if (cells.matches()) {
                rows.add(new Row(
                        section,
                        cells.group(1),
                        cells.group(2),
                        cells.group(3),
                        Arrays.stream(cells.group(4).split(", "))
                                .map(test -> test.replace("`", ""))
                                .filter(test -> !test.isBlank())
                                .toList()));
            } else if (line.startsWith("|") && !line.equals("|---|---|---|---|") && !line.startsWith("| name |")) {
                throw new AssertionError("not a row: " + line);
            }
        }
        return new CompatibilityPage(List.copyOf(rows));
    }

    public List<Row> of(String section) {
        return rows.stream().filter(row -> row.section().equals(section)).toList();
    }

    /** The names of a section. */
    public List<String> names(String section) {
        return of(section).stream().map(Row::name).toList();
    }
}
