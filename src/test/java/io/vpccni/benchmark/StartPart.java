package io.vpccni.benchmark;

import io.vpccni.benchmark.Budget.AtMost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * From the start of the process to the first ADD that has an address, on a fresh node with the default settings; then memory
 * with 110 pods' addresses and a warm EC2 client; then what a daemon does when nobody calls. EC2 answers at once. With and
 * without an AOT cache from a training run of our own.
 */
final class StartPart implements Benchmark.Part {

    private static final String TYPE = "m5.4xlarge";
    private static final int PODS = 110;
    private static final int RUNS = 7;
    private static final long REST_MILLIS = 3_000;
    private static final long IDLE_MILLIS = 10_000;

    private record Run(
            double firstAddMillis, double anonymousMib, double residentMib, double idleCpu, double idleCalls) {}

    @Override
    public void measure(Setting setting, Report report) throws Exception {
        run(setting, setting.application(), List.of()); // the caller's own classes and the page cache
        measure(setting, setting.application(), List.of(), "start, no cache", new Budget.None(), report);
        Path cache = Setting.fresh(setting.disk()).resolve("daemon.aot");
        train(setting, cache);
        report.add("start, AOT cache", "size of the cache", "MiB", Samples.of(Files.size(cache) / 1048576.0));
        measure(
                setting,
                setting.application(),
                List.of("-XX:AOTCache=" + cache),
                "start, AOT cache",
                new AtMost(1000),
                report);
        Setting.remove(setting.disk());
    }

    private static void measure(
            Setting setting, Path jar, List<String> flags, String part, Budget firstAdd, Report report)
            throws IOException, InterruptedException {
        Run[] runs = new Run[RUNS];
        for (int number = 0; number < RUNS; number++) {
            runs[number] = run(setting, jar, flags);
        }
        report.add(part, "process start to first ADD served", "ms", over(runs, Run::firstAddMillis), firstAdd);
        report.add(part, "anonymous memory, 110 pods", "MiB", over(runs, Run::anonymousMib), new AtMost(130));
        report.add(part, "resident memory, 110 pods", "MiB", over(runs, Run::residentMib), new AtMost(180));
        report.add(part, "CPU when idle", "ms/s", over(runs, Run::idleCpu));
        report.add(part, "EC2 calls in 10 s of idleness", "", over(runs, Run::idleCalls), new AtMost(0));
    }

    private static Run run(Setting setting, Path jar, List<String> flags) throws IOException, InterruptedException {
        Path folder = Setting.fresh(setting.memory());
        try (World world = World.instant(TYPE);
                Daemon daemon = Daemon.start(jar, world, folder, Map.of(), flags);
                Caller caller = daemon.awaitSocket()) {
            caller.addAddress("first");
            double firstAdd = daemon.ageMillis();
            for (int pod = 1; pod < PODS; pod++) {
                caller.addAddress("c" + pod);
            }
            Thread.sleep(REST_MILLIS);
            double anonymous = daemon.anonymousMib();
            double resident = daemon.residentMib();
            world.forgetCalls();
            double cpu = daemon.cpuMillis();
            Thread.sleep(IDLE_MILLIS);
            double idleCpu = (daemon.cpuMillis() - cpu) / (IDLE_MILLIS / 1000.0);
            long idleCalls =
                    world.calls().values().stream().mapToLong(Long::longValue).sum();
            return new Run(firstAdd, anonymous, resident, idleCpu, idleCalls);
        } finally {
            Setting.remove(folder);
        }
    }

    /** Has a daemon do all that a start and some pods need, and note it in {@code cache} when it is stopped. */
    private static void train(Setting setting, Path cache) throws IOException, InterruptedException {
        Path folder = Setting.fresh(setting.memory());
        try (World world = World.instant(TYPE)) {
            try (Daemon daemon = Daemon.start(
                            setting.application(), world, folder, Map.of(), List.of("-XX:AOTCacheOutput=" + cache));
                    Caller caller = daemon.awaitSocket()) {
                List<Pod> pods = world.pods("t", 10);
                caller.add(pods);
                caller.del(pods);
                caller.addAddress("trained");
                caller.nothing(10);
                Thread.sleep(REST_MILLIS);
            }
        } finally {
            Setting.remove(folder);
        }
        if (!Files.exists(cache)) {
            throw new IllegalStateException("the training run wrote no cache");
        }
    }

    private static Samples over(Run[] runs, ToDoubleFunction<Run> value) {
        return new Samples(Arrays.stream(runs).mapToDouble(value).toArray());
    }
}
