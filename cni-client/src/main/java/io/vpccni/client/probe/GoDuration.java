package io.vpccni.client.probe;

/** A time span as Go writes it: {@code 5s}, {@code 1m30s}, {@code 1.5h}, {@code 500ms}. */
final class GoDuration {

    private static final String[] UNITS = {"ns", "us", "µs", "μs", "ms", "s", "m", "h"};
    private static final long[] UNIT_NANOS = {
        1, 1_000, 1_000, 1_000, 1_000_000, 1_000_000_000L, 60_000_000_000L, 3_600_000_000_000L
    };

    private final String text;
    private int position;

    private GoDuration(String text) {
        this.text = text;
    }

    /** The span in nanoseconds. */
    static long parse(String text) {
        return new GoDuration(text).parse();
    }

    private long parse() {
        boolean negative = text.startsWith("-");
        if (negative || text.startsWith("+")) {
            position++;
        }
        if (text.substring(position).equals("0")) {
            return 0;
        }
        long nanos = 0;
        do {
            nanos = Math.addExact(nanos, part());
        } while (position < text.length());
        return negative ? -nanos : nanos;
    }

    /** A number and its unit. */
    private long part() {
        long whole = 0;
        double fraction = 0;
        int start = position;
        while (isDigit()) {
            whole = Math.addExact(Math.multiplyExact(whole, 10), text.charAt(position++) - '0');
        }
        int digits = position - start;
        if (position < text.length() && text.charAt(position) == '.') {
            position++;
            for (double place = 0.1; isDigit(); place /= 10) {
                fraction += place * (text.charAt(position++) - '0');
                digits++;
            }
        }
        if (digits == 0) {
            throw new IllegalArgumentException("not a number at " + position);
        }
        long unit = unit();
        return Math.addExact(Math.multiplyExact(whole, unit), Math.round(fraction * unit));
    }

    private long unit() {
        int start = position;
        while (position < text.length() && !isDigit() && text.charAt(position) != '.') {
            position++;
        }
        String unit = text.substring(start, position);
        for (int i = 0; i < UNITS.length; i++) {
            if (UNITS[i].equals(unit)) {
                return UNIT_NANOS[i];
            }
        }
        throw new IllegalArgumentException("not a unit: " + unit);
    }

    private boolean isDigit() {
        return position < text.length() && text.charAt(position) >= '0' && text.charAt(position) <= '9';
    }
}
