package io.vpccni.benchmark;

import io.vpccni.benchmark.Budget.AtMost;
import io.vpccni.emulator.faults.Delays;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * As many ADDs at once as a node can have addresses, on a node that has no more than its settings keep warm. EC2 is as slow
 * as the published delays say, so the least that can be reached is known: all interfaces are created at the same time, and
 * none serves before its link is there.
 */
final class BurstPart implements Benchmark.Part {

    private static final int RUNS = 5;

    /**
     * What is kept warm.
     *
     * @param fillsOfPrimary EC2 calls that the burst needs for the interface which is there already
     */
    private record Warm(String variable, String value, int fillsOfPrimary) {
        @Override
        public String toString() {
            return variable + "=" + value;
        }
    }

    /** The default, which counts whole interfaces, and the least that counts addresses. */
    private static final List<Warm> WARM =
            List.of(new Warm("WARM_ENI_TARGET", "1", 0), new Warm("MINIMUM_IP_TARGET", "1", 1));

    /** Longer than any EC2 call that nobody waits for. */
    private static final long REST_MILLIS = 3_000;

    private record Type(String name, int enis, int addressesPerEni) {
        int addresses() {
            return enis * addressesPerEni;
        }
    }

    private record Run(long failed, double lastLinkMillis, double lastMillis, Map<String, Long> calls) {
        double allCalls() {
            return calls.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    @Override
    public void measure(Setting setting, Report report) throws Exception {
        for (Warm warm : WARM) {
            for (Type type : List.of(new Type("m5.large", 3, 9), new Type("m5.4xlarge", 8, 29))) {
                Run[] runs = new Run[RUNS];
                for (int number = 0; number < RUNS; number++) {
                    runs[number] = run(setting, type, warm, number);
                }
                print(runs, type, warm, report);
            }
        }
    }

    private static Run run(Setting setting, Type type, Warm warm, int number) throws IOException, InterruptedException {
        Path folder = Setting.fresh(setting.memory());
        try (World world = World.published(type.name());
                Daemon daemon = Daemon.start(
                        setting.application(), world, folder, Map.of(warm.variable(), warm.value()), List.of());
                Caller caller = daemon.awaitSocket()) {
            List<Pod> pods = world.pods("b" + number, type.addresses());
            while (!caller.isReady()) {
                Thread.sleep(10);
            }
            Thread.sleep(REST_MILLIS);
            world.forgetCalls();
            Instant start = Instant.now();
            List<Caller.Ended> ended = caller.addTogether(pods, pods.size());
            Thread.sleep(REST_MILLIS);
            long failed = ended.stream().filter(Caller.Ended::failed).count();
            if (failed > 0) {
                System.err.println(daemon.log());
            }
            return new Run(
                    failed,
                    Duration.between(start, world.lastLink()).toNanos() / 1e6,
                    Caller.last(ended),
                    world.calls());
        } finally {
            Setting.remove(folder);
        }
    }

    /** Create + attach until its reply + until the guest has the link. */
    private static double floorMillis() {
        Delays delays = World.delays();
        return delays.of("CreateNetworkInterface")
                .plus(delays.of("AttachNetworkInterface"))
                .plus(delays.attach())
                .toMillis();
    }

    private static void print(Run[] runs, Type type, Warm warm, Report report) {
        String part = "burst of " + type.addresses() + ", " + type.name() + ", " + warm;
        int created = type.enis() - 1;
        report.add(part, "failed", "ADDs", over(runs, Run::failed), new AtMost(0));
        report.add(part, "last link", "ms", over(runs, Run::lastLinkMillis));
        report.add(part, "last address", "ms", over(runs, Run::lastMillis));
        report.add(part, "floor", "ms", Samples.of(floorMillis()));
        report.add(
                part,
                "last address / floor",
                "",
                over(runs, run -> run.lastMillis() / floorMillis()),
                new AtMost(1.15));
        report.add(part, "EC2 calls", "", over(runs, Run::allCalls));
        report.add(
                part,
                "EC2 calls for each created interface",
                "",
                over(runs, run -> (run.allCalls() - warm.fillsOfPrimary()) / created),
                new AtMost(3));
        report.add(part, "EC2 calls for each address", "", over(runs, run -> run.allCalls() / type.addresses()));
    }

    private static Samples over(Run[] runs, ToDoubleFunction<Run> value) {
        return new Samples(Arrays.stream(runs).mapToDouble(value).toArray());
    }
}
