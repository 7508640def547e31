package io.vpccni.benchmark;

import io.vpccni.benchmark.Budget.AtMost;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Pods that come and go, ten thousand of them, and what they leave: links, rules, routes, descriptors, memory. */
final class ChurnPart implements Benchmark.Part {

    private static final String TYPE = "m5.4xlarge";
    private static final String PART = "10,000 pods that come and go";

    private static final int PODS = 10_000;
    private static final int AT_A_TIME = 200;
    private static final int WARM_UP = 5 * AT_A_TIME;

    /** No rest: the same addresses serve again and again. */
    private static final Map<String, String> SETTINGS =
            Map.of("MINIMUM_IP_TARGET", Integer.toString(AT_A_TIME), "IP_COOLDOWN_PERIOD", "0");

    /** The kernel removes the last namespaces and the daemon the last links. */
    private static final long REST_MILLIS = 5_000;

    private record Left(World.Entries entries, int descriptors, double mib) {}

    @Override
    public void measure(Setting setting, Report report) throws Exception {
        Path folder = Setting.fresh(setting.memory());
        try (World world = World.instant(TYPE);
                Daemon daemon = Daemon.start(setting.application(), world, folder, SETTINGS, List.of());
                Caller caller = daemon.awaitSocket()) {
            List<Samples> ignored = new ArrayList<>();
            churn(world, caller, "w", WARM_UP, ignored, ignored);
            Left before = left(world, daemon);
            List<Samples> adds = new ArrayList<>();
            List<Samples> dels = new ArrayList<>();
            churn(world, caller, "c", PODS, adds, dels);
            Left after = left(world, daemon);

            print("ADD", all(adds), report);
            print("DEL", all(dels), report);
            World.Entries one = before.entries();
            World.Entries two = after.entries();
            leaked("links", two.links() - one.links(), report);
            leaked("rules", two.rules() - one.rules(), report);
            leaked("routes", two.routes() - one.routes(), report);
            leaked("chains and rules of iptables", two.firewall() - one.firewall(), report);
            leaked("open descriptors of the daemon", after.descriptors() - before.descriptors(), report);
            report.add(PART, "anonymous memory of the daemon before", "MiB", Samples.of(before.mib()));
            report.add(PART, "anonymous memory of the daemon after", "MiB", Samples.of(after.mib()), new AtMost(130));
        } finally {
            Setting.remove(folder);
        }
    }

    private static void churn(
            World world, Caller caller, String name, int count, List<Samples> adds, List<Samples> dels)
            throws IOException {
        for (int done = 0; done < count; done += AT_A_TIME) {
            List<Pod> pods = world.pods(name + done, AT_A_TIME);
            adds.add(caller.add(pods));
            dels.add(caller.del(pods));
            world.remove(pods);
        }
    }

    private static Left left(World world, Daemon daemon) throws IOException, InterruptedException {
        Thread.sleep(REST_MILLIS);
        return new Left(world.entries(), daemon.descriptors(), daemon.anonymousMib());
    }

    private static Samples all(List<Samples> parts) {
        return new Samples(parts.stream()
                .flatMapToDouble(part -> Arrays.stream(part.sorted()))
                .toArray());
    }

    private static void print(String call, Samples samples, Report report) {
        report.add(PART, call + ", p50", "ms", Samples.of(samples.median()));
        report.add(PART, call + ", p99", "ms", Samples.of(samples.quantile(0.99)));
        report.add(PART, call + ", longest", "ms", Samples.of(samples.most()));
    }

    private static void leaked(String what, int count, Report report) {
        report.add(PART, "leaked " + what, "", Samples.of(count), new AtMost(0));
    }
}
