package io.vpccni.benchmark;

import io.vpccni.benchmark.Budget.AtLeast;
import io.vpccni.benchmark.Budget.AtMost;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * ADD and DEL of a warm daemon with all addresses of an m5.4xlarge free, with real namespaces and links. A round connects as
 * many new pods as there are addresses and takes them down again.
 */
final class DaemonPart implements Benchmark.Part {

    private static final String TYPE = "m5.4xlarge";
    private static final int ADDRESSES = 8 * 29;
    private static final int WARM_UP = 3;
    private static final int ROUNDS = 7;
    private static final int IN_FLIGHT = 8;

    private static final Map<String, String> SETTINGS =
            Map.of("MINIMUM_IP_TARGET", Integer.toString(ADDRESSES), "IP_COOLDOWN_PERIOD", "1");

    /** The cool-down ends, and the kernel removes the namespaces of the last pods. */
    private static final long REST_MILLIS = 2_000;

    /** What one round shows; all but the rates in milliseconds. */
    private record Round(Samples nothing, Samples add, Samples del, double addRate, double delRate, double afterDels) {}

    @Override
    public void measure(Setting setting, Report report) throws Exception {
        measure(setting, setting.memory(), "tmpfs", report);
        measure(setting, setting.disk(), "disk", report);
    }

    private static void measure(Setting setting, Path files, String medium, Report report)
            throws IOException, InterruptedException {
        Path folder = Setting.fresh(files);
        try (World world = World.instant(TYPE);
                Daemon daemon = Daemon.start(setting.application(), world, folder, SETTINGS, List.of());
                Caller caller = daemon.awaitSocket()) {
            for (int round = 0; round < WARM_UP; round++) {
                round(world, caller, "w" + round);
            }
            Round[] rounds = new Round[ROUNDS];
            for (int round = 0; round < ROUNDS; round++) {
                rounds[round] = round(world, caller, "r" + round);
            }
            print(rounds, "daemon, state on " + medium, report);
        } finally {
            Setting.remove(folder);
        }
    }

    private static Round round(World world, Caller caller, String name) throws IOException, InterruptedException {
        List<Pod> single = world.pods(name + "a", ADDRESSES);
        Samples nothing = caller.nothing(ADDRESSES);
        Samples add = caller.add(single);
        Samples del = caller.del(single);
        rest(world, single);

        List<Pod> several = world.pods(name + "b", ADDRESSES);
        double addRate = rate(caller.addTogether(several, IN_FLIGHT));
        double delRate = rate(caller.delTogether(several, IN_FLIGHT));
        rest(world, several);

        List<Pod> old = world.pods(name + "c", ADDRESSES / 2);
        List<Pod> next = world.pods(name + "d", 1);
        rate(caller.addTogether(old, IN_FLIGHT));
        rate(caller.delTogether(old, IN_FLIGHT));
        double afterDels = caller.add(next).most();
        caller.del(next);
        rest(world, old);
        rest(world, next);
        return new Round(nothing, add, del, addRate, delRate, afterDels);
    }

    private static void rest(World world, List<Pod> pods) throws IOException, InterruptedException {
        world.remove(pods);
        Thread.sleep(REST_MILLIS);
    }

    /** Calls a second. */
    private static double rate(List<Caller.Ended> ended) {
        if (ended.stream().anyMatch(Caller.Ended::failed)) {
            throw new IllegalStateException("a call failed");
        }
        return ended.size() / Caller.last(ended) * 1000;
    }

    private static void print(Round[] rounds, String part, Report report) {
        report.add(
                part,
                "a call that does nothing, p50",
                "ms",
                over(rounds, round -> round.nothing().median()));
        report.add(
                part,
                "ADD one at a time, p50",
                "ms",
                over(rounds, round -> round.add().median()),
                new AtMost(1.5));
        report.add(
                part,
                "ADD one at a time, p99",
                "ms",
                over(rounds, round -> round.add().quantile(0.99)),
                new AtMost(8));
        report.add(
                part,
                "DEL one at a time, p50",
                "ms",
                over(rounds, round -> round.del().median()),
                new AtMost(0.5));
        report.add(
                part,
                "DEL one at a time, p99",
                "ms",
                over(rounds, round -> round.del().quantile(0.99)));
        report.add(part, "ADD, 8 in flight", "1/s", over(rounds, Round::addRate), new AtLeast(800));
        report.add(part, "DEL, 8 in flight", "1/s", over(rounds, Round::delRate));
        report.add(part, "first ADD after 116 DELs at once", "ms", over(rounds, Round::afterDels));
    }

    private static Samples over(Round[] rounds, ToDoubleFunction<Round> value) {
        return new Samples(Arrays.stream(rounds).mapToDouble(value).toArray());
    }
}
