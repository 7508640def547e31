package io.vpccni.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The table of figures, in Markdown. A row is printed when it is known, so that a long run shows something. */
final class Report {

    private record Row(String part, String what, String unit, Samples runs, Budget budget) {
        String line() {
            double median = runs.median();
            String spread = runs.count() == 1 ? "" : number(runs.least()) + " – " + number(runs.most());
            return "| %s | %s | %s | %d | %s | %s | %s | %s |"
                    .formatted(
                            part,
                            what,
                            unit,
                            runs.count(),
                            number(median),
                            spread,
                            budget.words(),
                            budget.verdict(median));
        }
    }

    private final List<Row> rows = new ArrayList<>();

    void add(String part, String what, String unit, Samples runs, Budget budget) {
        Row row = new Row(part, what, unit, runs, budget);
        rows.add(row);
        System.out.println(row.line());
    }

    void add(String part, String what, String unit, Samples runs) {
        add(part, what, unit, runs, new Budget.None());
    }

    /** All of it. */
    String table() {
        StringBuilder table = new StringBuilder("| part | figure | unit | runs | median | least – most | budget | |\n"
                + "|---|---|---|---:|---:|---:|---:|---|\n");
        rows.forEach(row -> table.append(row.line()).append('\n'));
        return table.toString();
    }

    /** Three figures that mean something, and no more. */
    static String number(double value) {
        if (value == Math.rint(value) && Math.abs(value) < 1e6) {
            return String.format(Locale.ROOT, "%.0f", value);
        }
        int decimals = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }
}
