package io.vpccni.benchmark;

import java.util.Arrays;

/** Measured values of one kind, sorted. */
record Samples(double[] sorted) {

    Samples {
        if (sorted.length == 0) {
            throw new IllegalArgumentException("nothing was measured");
        }
        sorted = sorted.clone();
        Arrays.sort(sorted);
    }

    static Samples of(double... values) {
        return new Samples(values);
    }

    /** The least value that the given share of all values does not exceed: the nearest rank. */
    double quantile(double quantile) {
        return sorted[(int) Math.max(0, Math.ceil(quantile * sorted.length) - 1)];
    }

    double median() {
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    double least() {
        return sorted[0];
    }

    double most() {
        return sorted[sorted.length - 1];
    }

    int count() {
        return sorted.length;
    }
}
