package io.vpccni.telemetry;

import io.vpccni.telemetry.Exposition.Sample;
import java.util.DoubleSummaryStatistics;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * The figures of a cluster, look by look. Counters are followed daemon by daemon and series by series, so that it does not matter how
 * many daemons there are, which of them answers, and which begins anew.
 */
final class ClusterSums {

    /** Series of a daemon, by figure and labels. */
    private record Series(Figure figure, Map<String, String> labels) {}

    private final Map<String, Map<Series, Double>> counters = new HashMap<>();
    private Set<String> listedBefore = Set.of();
    private boolean begun;

    /**
     * The figures that the pages have samples of. An increase is missing as long as there is nothing to compare with: what a daemon
     * counted before the first look at it says nothing about now, unless it came after the look before.
     *
     * @param pods every daemon that there is; others are forgotten
     * @param pages what daemons answered; those that did not are missing, and their counters wait for the next answer
     */
    Map<Figure, Double> look(Set<String> pods, Map<String, Exposition> pages) {
        counters.keySet().retainAll(pods);
        Map<Figure, Double> figures = new EnumMap<>(Figure.class);
        for (Figure figure : Figure.values()) {
            OptionalDouble value =
                    switch (figure.kind()) {
                        case SUM, SHOWN_SUM -> sum(figure, pages);
                        case HIGHEST_P99 -> highest(figure, pages);
                        case INCREASE -> increase(figure, pages);
                    };
            value.ifPresent(found -> figures.put(figure, found));
        }
        pages.forEach((pod, page) -> counters.put(pod, counters(page)));
        listedBefore = new HashSet<>(pods);
        begun = true;
        return figures;
    }

    private static OptionalDouble sum(Figure figure, Map<String, Exposition> pages) {
        DoubleSummaryStatistics all = pages.values().stream()
                .flatMap(page -> page.of(figure.metric()).stream())
                .mapToDouble(Sample::value)
                .filter(value -> !Double.isNaN(value))
                .summaryStatistics();
        return all.getCount() == 0 ? OptionalDouble.empty() : OptionalDouble.of(all.getSum());
    }

    private static OptionalDouble highest(Figure figure, Map<String, Exposition> pages) {
        return pages.values().stream()
                .flatMap(page -> page.of(figure.metric()).stream())
                .filter(sample -> "0.99".equals(sample.labels().get("quantile")))
                .mapToDouble(Sample::value)
                .filter(value -> !Double.isNaN(value))
                .max();
    }

    private OptionalDouble increase(Figure figure, Map<String, Exposition> pages) {
        double increase = 0;
        boolean known = false;
        for (Map.Entry<String, Exposition> page : pages.entrySet()) {
            Map<Series, Double> before = counters.get(page.getKey());
            if (before == null && (!begun || listedBefore.contains(page.getKey()))) {
                continue;
            }
            for (Sample sample : page.getValue().of(figure.metric())) {
                double last = before == null ? 0 : before.getOrDefault(new Series(figure, sample.labels()), 0.0);
                // A counter that went back has begun anew.
                increase += sample.value() < last ? sample.value() : sample.value() - last;
                known = true;
            }
        }
        return known ? OptionalDouble.of(increase) : OptionalDouble.empty();
    }

    private static Map<Series, Double> counters(Exposition page) {
        Map<Series, Double> found = new HashMap<>();
        for (Figure figure : Figure.values()) {
            if (figure.kind() == Figure.Kind.INCREASE) {
                page.of(figure.metric())
                        .forEach(sample -> found.put(new Series(figure, sample.labels()), sample.value()));
            }
        }
        return found;
    }
}
