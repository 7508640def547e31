package io.vpccni.benchmark;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Runs the parts that are named, all without a name, and prints the table.
 *
 * <pre>./mvnw -Pbenchmark verify -DskipTests [-Dbenchmark.parts="daemon burst"]</pre>
 */
final class Benchmark {

    /** A group of figures that are measured together. */
    @FunctionalInterface
    interface Part {
        void measure(Setting setting, Report report) throws Exception;
    }

    private static final Map<String, Part> PARTS = new TreeMap<>(Map.of(
            "client", new ClientPart(),
            "daemon", new DaemonPart(),
            "burst", new BurstPart(),
            "churn", new ChurnPart(),
            "start", new StartPart()));

    private Benchmark() {}

    public static void main(String[] arguments) throws Exception {
        List<String> names = arguments.length == 0 ? List.copyOf(PARTS.keySet()) : List.of(arguments);
        Setting setting = Setting.ofMachine();
        System.out.println(setting.machine());
        Report report = new Report();
        for (String name : names) {
            Part part = PARTS.get(name);
            if (part == null) {
                throw new IllegalArgumentException("there is no part " + name + ", only " + PARTS.keySet());
            }
            part.measure(setting, report);
        }
        System.out.println();
        System.out.println(setting.machine());
        System.out.println();
        System.out.print(report.table());
        System.exit(0); // gRPC and the emulator leave threads behind
    }
}
