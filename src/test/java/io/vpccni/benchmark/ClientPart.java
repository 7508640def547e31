package io.vpccni.benchmark;

import io.vpccni.benchmark.Budget.AtMost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** The client's own benchmark, some times over: one call of the installed program beside a JVM that does nothing. */
final class ClientPart implements Benchmark.Part {

    private static final int RUNS = 5;
    private static final String CALLS = "60";

    private static final Pattern CALL =
            Pattern.compile("(empty main|aws-cni ADD).*wall median +([0-9.]+) ms.*CPU mean +([0-9.]+) ms");
    private static final Pattern PARKED = Pattern.compile("aws-cni parked: (\\d+) KiB anonymous");

    /** Medians of one run, in milliseconds and MiB. */
    private record Run(double emptyWall, double emptyCpu, double wall, double cpu, double parkedMib) {}

    @Override
    public void measure(Setting setting, Report report) throws Exception {
        List<Run> runs = IntStream.range(0, RUNS).mapToObj(_ -> run(setting)).toList();
        report.add("client", "empty main, wall", "ms", over(runs.stream().mapToDouble(Run::emptyWall)));
        report.add("client", "aws-cni ADD, wall", "ms", over(runs.stream().mapToDouble(Run::wall)), new AtMost(40));
        report.add(
                "client",
                "aws-cni / empty, wall",
                "",
                over(runs.stream().mapToDouble(run -> run.wall() / run.emptyWall())));
        report.add("client", "empty main, CPU", "ms", over(runs.stream().mapToDouble(Run::emptyCpu)));
        report.add("client", "aws-cni ADD, CPU", "ms", over(runs.stream().mapToDouble(Run::cpu)), new AtMost(40));
        report.add(
                "client",
                "aws-cni / empty, CPU",
                "",
                over(runs.stream().mapToDouble(run -> run.cpu() / run.emptyCpu())));
        report.add(
                "client",
                "aws-cni parked, anonymous",
                "MiB",
                over(runs.stream().mapToDouble(Run::parkedMib)),
                new AtMost(13));
    }

    private static Samples over(DoubleStream values) {
        return new Samples(values.toArray());
    }

    private static Run run(Setting setting) {
        String output = output(setting);
        Matcher call = CALL.matcher(output);
        double[] empty = next(call, output);
        double[] add = next(call, output);
        Matcher parked = PARKED.matcher(output);
        if (!parked.find()) {
            throw unexpected(output);
        }
        return new Run(empty[0], empty[1], add[0], add[1], Double.parseDouble(parked.group(1)) / 1024);
    }

    private static double[] next(Matcher call, String output) {
        if (!call.find()) {
            throw unexpected(output);
        }
        return new double[] {Double.parseDouble(call.group(2)), Double.parseDouble(call.group(3))};
    }

    private static IllegalStateException unexpected(String output) {
        return new IllegalStateException("the client's benchmark says something else:\n" + output);
    }

    private static String output(Setting setting) {
        String classPath = setting.client().resolve("target/classes") + ":"
                + setting.client().resolve("target/test-classes");
        try {
            Process process = new ProcessBuilder(
                            Setting.java().toString(),
                            "-cp",
                            classPath,
                            "io.vpccni.client.install.ClientBenchmark",
                            CALLS)
                    .redirectErrorStream(true)
                    .start();
            return new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
