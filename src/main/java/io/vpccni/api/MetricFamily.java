package io.vpccni.api;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * One metric under a name of the reference, with its samples. Micrometer cannot serve these: it appends {@code _total} to
 * every counter, and dashboards and the reference's metrics helper know the names without.
 */
final class MetricFamily {

    /** As the text format names them. */
    enum Type {
        COUNTER,
        GAUGE,
        SUMMARY,
        HISTOGRAM
    }

    /** Upper bounds of a histogram in seconds: the defaults of Prometheus' own clients. */
    private static final double[] BOUNDS = {.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10};

    private static final class Sample {
        double value;
        long count;
        final long[] buckets = new long[BOUNDS.length];
    }

    private final String name;
    private final Type type;
    private final String help;
    private final List<String> labels;
    private final Map<String, Sample> samples = new TreeMap<>();
    private Consumer<MetricFamily> refresh = _ -> {};

    MetricFamily(String name, Type type, String help, String... labels) {
        this.name = name;
        this.type = type;
        this.help = help;
        this.labels = List.of(labels);
        if (labels.length == 0 && type != Type.HISTOGRAM && type != Type.SUMMARY) {
            add(0);
        }
    }

    /** Has {@code source} set the samples anew each time they are read. */
    MetricFamily readFrom(Consumer<MetricFamily> source) {
        refresh = source;
        return this;
    }

    /** Shows a sample before anything has happened, so that its first increase is seen. */
    MetricFamily with(String... values) {
        add(0, values);
        return this;
    }

    synchronized void add(double amount, String... values) {
        sample(values).value += amount;
    }

    synchronized void set(double value, String... values) {
        sample(values).value = value;
    }

    /** Takes one measured value into a summary or a histogram. */
    synchronized void observe(double value, String... values) {
        Sample sample = sample(values);
        sample.value += value;
        sample.count++;
        for (int bucket = 0; bucket < BOUNDS.length; bucket++) {
            if (value <= BOUNDS[bucket]) {
                sample.buckets[bucket]++;
            }
        }
    }

    synchronized void clear() {
        samples.clear();
    }

    private Sample sample(String... values) {
        if (values.length != labels.size()) {
            throw new IllegalArgumentException(name + " has the labels " + labels + ", not " + Arrays.toString(values));
        }
        List<String> pairs = new ArrayList<>();
        for (int label = 0; label < values.length; label++) {
            pairs.add(labels.get(label) + "=\"" + escape(values[label]) + "\"");
        }
        return samples.computeIfAbsent(String.join(",", pairs), _ -> new Sample());
    }

    /** Appends the metric in Prometheus' text format 0.0.4. */
    synchronized void write(StringBuilder text) {
        refresh.accept(this);
        text.append("# HELP ").append(name).append(' ').append(help).append('\n');
        text.append("# TYPE ")
                .append(name)
                .append(' ')
                .append(type.name().toLowerCase(Locale.ROOT))
                .append('\n');
        samples.forEach((pairs, sample) -> {
            switch (type) {
                case COUNTER, GAUGE -> line(text, "", pairs, sample.value);
                case SUMMARY -> sumAndCount(text, pairs, sample);
                case HISTOGRAM -> {
                    for (int bucket = 0; bucket < BOUNDS.length; bucket++) {
                        line(text, "_bucket", bounded(pairs, Double.toString(BOUNDS[bucket])), sample.buckets[bucket]);
                    }
                    line(text, "_bucket", bounded(pairs, "+Inf"), sample.count);
                    sumAndCount(text, pairs, sample);
                }
            }
        });
    }

    private void sumAndCount(StringBuilder text, String pairs, Sample sample) {
        line(text, "_sum", pairs, sample.value);
        line(text, "_count", pairs, sample.count);
    }

    private static String bounded(String pairs, String bound) {
        return (pairs.isEmpty() ? "" : pairs + ",") + "le=\"" + bound + "\"";
    }

    private void line(StringBuilder text, String suffix, String pairs, double value) {
        text.append(name).append(suffix);
        if (!pairs.isEmpty()) {
            text.append('{').append(pairs).append('}');
        }
        text.append(' ').append(value).append('\n');
    }

    private static String escape(String value) {
        return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }
}
