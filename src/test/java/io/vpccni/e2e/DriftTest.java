package io.vpccni.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.daemon.NodeObserver;
import io.vpccni.dataplane.Repair;
import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import io.vpccni.pool.PoolView.EniView;
import io.vpccni.testing.Eventually;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Somebody removes rules, routes, chains and addresses of a node whose pods are busy, with the programs that people have for it. */
@RequiresNetworkNamespaces
class DriftTest {

    private static final Logger LOG = Logger.getLogger(DriftTest.class);

    /** More than fit on the first interface of an m5.large. */
    private static final int PODS = 12;

    /** Those of the pods, and a warm one. */
    private static final int INTERFACES = 3;

    private static final int ROUNDS = 8;
    private static final int MOST_REMOVED = 5;

    @TempDir
    private Path folder = Path.of("");

    private record Vandalism(String what, List<String> command) {}

    @Test
    void whatSomebodyRemovesComesBackAndIsNamed() throws Exception {
        try (var world = new TestWorld(folder, EmulatorOptions.instant().withNodes(1));
                var daemon = world.startDaemon("node1", Map.of());
                var channel = new CniChannel(daemon.node().settings().files().socket())) {
            Queue<String> repairs = repairsOf(daemon);
            List<Pod> pods = new ArrayList<>();
            List<String> addresses = new ArrayList<>();
            for (int number = 1; number <= PODS; number++) {
                Pod pod = world.createPod("node1", "pod" + number);
                pods.add(pod);
                addresses.add(CniChannel.address(CniChannel.await(channel.add(CniChannel.request(pod)))));
            }
            Eventually.is(
                    (long) INTERFACES,
                    "interfaces that serve",
                    () -> daemon.node().view().orElseThrow().enis().stream()
                            .filter(EniView::wired)
                            .count());
            List<String> whole = state(world);
            assertTraffic(world, pods, addresses);
            Random random = new Random(4711);
            Duration longest = Duration.ZERO;

            for (int round = 0; round < ROUNDS; round++) {
                List<Vandalism> removed = choose(whole, random);
                repairs.clear();
                long begun = System.nanoTime();
                for (Vandalism one : removed) {
                    run(world, one.command());
                }
                Eventually.get("the repair of " + removed, () -> state(world), whole::equals);
                Duration took = Duration.ofNanos(System.nanoTime() - begun);
                longest = took.compareTo(longest) > 0 ? took : longest;

                assertTraffic(world, pods, addresses);
                for (Vandalism one : removed) {
                    Eventually.get(
                            "the word that names " + one,
                            () -> repairs,
                            said -> said.stream().anyMatch(word -> word.contains(one.what())));
                }
            }
            LOG.infof("%d rounds of vandalism, the longest repair took %s", ROUNDS, longest);
        }
    }

    @Test
    void whatSomebodyRemovedBehindTheBackOfAStoppedDaemonComesBack() throws Exception {
        try (var world = new TestWorld(folder, EmulatorOptions.instant().withNodes(1))) {
            List<Pod> pods = new ArrayList<>();
            List<String> addresses = new ArrayList<>();
            try (var daemon = world.startDaemon("node1", Map.of());
                    var channel =
                            new CniChannel(daemon.node().settings().files().socket())) {
                for (int number = 1; number <= PODS; number++) {
                    Pod pod = world.createPod("node1", "pod" + number);
                    pods.add(pod);
                    addresses.add(CniChannel.address(CniChannel.await(channel.add(CniChannel.request(pod)))));
                }
            }
            for (String address : addresses) {
                run(world, words("ip rule del priority 512 to " + address));
                run(world, words("ip rule del priority 1536 from " + address));
                run(world, words("ip route del " + address));
            }

            try (var _ = world.startDaemon("node1", Map.of())) {
                Eventually.is((long) PODS, "rules to pods", () -> count(world, "rule 512:"));
                Eventually.get("rules from pods", () -> count(world, "rule 1536:"), count -> count > 0);
                assertTraffic(world, pods, addresses);
            }
        }
    }

    /** What the daemon says that it repaired, from now on. */
    private static Queue<String> repairsOf(TestWorld.Daemon daemon) {
        Queue<String> repairs = new ConcurrentLinkedQueue<>();
        daemon.node().observe(new NodeObserver() {
            @Override
            public void repaired(List<Repair> done) {
                done.forEach(repair -> repairs.add(repair.what()));
            }
        });
        return repairs;
    }

    private static long count(TestWorld world, String start) throws Exception {
        return state(world).stream().filter(line -> line.startsWith(start)).count();
    }

    @Test
    void whatIsRightIsNotRepaired() throws Exception {
        try (var world = new TestWorld(folder, EmulatorOptions.instant().withNodes(1));
                var daemon = world.startDaemon("node1", Map.of());
                var channel = new CniChannel(daemon.node().settings().files().socket())) {
            Queue<String> repairs = repairsOf(daemon);
            for (int number = 1; number <= PODS; number++) {
                Pod pod = world.createPod("node1", "pod" + number);
                CniChannel.await(channel.add(CniChannel.request(pod)));
                if (number % 2 == 0) {
                    channel.del(CniChannel.request(pod));
                }
            }
            // A foreign rule that goes makes the daemon look; ours that goes after it shows that it has looked.
            run(world, words("ip rule add from 192.0.2.9 lookup 77 priority 900"));
            run(world, words("ip rule del priority 900"));
            run(world, words("ip rule del priority 1024"));
            Eventually.get("the mark's rule", () -> repairs, said -> !said.isEmpty());

            assertThat(repairs).containsExactly("ip rule add 1024: from all fwmark 0x80/0x80 lookup main");
        }
    }

    private static void assertTraffic(TestWorld world, List<Pod> pods, List<String> addresses) throws Exception {
        for (int from : List.of(0, PODS - 1)) {
            int to = PODS - 1 - from;
            assertThat(pods.get(from).seenBy(pods.get(to), addresses.get(to))).isEqualTo(addresses.get(from));
            assertThat(pods.get(from).seenOutside(world.outsideAddress())).isEqualTo(world.primaryAddress("node1"));
        }
    }

    /** Up to {@link #MOST_REMOVED} things of ours, of which each is one line of {@link #state}. */
    private static List<Vandalism> choose(List<String> whole, Random random) {
        List<Vandalism> all = new ArrayList<>();
        for (String line : whole) {
            String[] words = line.split(" ");
            if (line.startsWith("rule 512:") || line.startsWith("rule 1024:") || line.startsWith("rule 1536:")) {
                String priority = words[1].replace(":", "");
                String selector = line.replaceFirst("^rule [0-9]+: ", "").replaceFirst(" lookup .*", "");
                all.add(new Vandalism(
                        priority + ": " + selector, words("ip rule del priority " + priority + " " + selector)));
            } else if (line.startsWith("route ") && line.contains(" dev eni")) {
                all.add(new Vandalism(words[1], words("ip route del " + words[1] + " table main")));
            } else if (line.startsWith("route default") && line.contains(" table 2")) {
                all.add(new Vandalism("default", words("ip route flush table 2")));
                all.add(new Vandalism("eth1 up", words("ip link set eth1 down")));
            } else if (line.startsWith("nat :AWS-")) {
                all.add(new Vandalism(words[1].substring(1), words("iptables -t nat -F " + words[1].substring(1))));
            } else if (line.startsWith("mangle -A PREROUTING") && line.contains("-i vlan+")) {
                all.add(new Vandalism("-A PREROUTING", words("iptables -t mangle -F PREROUTING")));
            }
        }
        Collections.shuffle(all, random);
        return List.copyOf(all.subList(0, 1 + random.nextInt(MOST_REMOVED)));
    }

    /** What of the node's network is kept, in the words of its programs. */
    private static List<String> state(TestWorld world) throws Exception {
        return Stream.of(
                        lines(world, "rule ", "ip rule show"),
                        lines(world, "route ", "ip route show table main"),
                        lines(world, "route ", "ip route show table 2"),
                        lines(world, "nat ", "iptables-save -t nat"),
                        lines(world, "mangle ", "iptables-save -t mangle"))
                .flatMap(List::stream)
                .toList();
    }

    private static List<String> lines(TestWorld world, String head, String command) throws Exception {
        String suffix = command.endsWith("table 2") ? " table 2" : "";
        return run(world, words(command))
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> head + line.strip().replaceAll("\\s+", " ").replaceFirst(" \\[[0-9:]+]$", "") + suffix)
                .sorted()
                .toList();
    }

    private static List<String> words(String command) {
        return Arrays.asList(command.split(" "));
    }

    private static String run(TestWorld world, List<String> command) throws IOException, InterruptedException {
        List<String> inNode = new ArrayList<>(
                List.of("nsenter", "--net=" + world.node("node1").networkNamespace(), "--"));
        inNode.addAll(command);
        Process process = new ProcessBuilder(inNode)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }
}
