package io.vpccni.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.emulator.faults.Delays;
import io.vpccni.testing.Eventually;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.Test;

/**
 * Many pods on many nodes, and a restart in the middle. {@code -Drate=12} gives each EC2 action the calls a second that the
 * reference has for all of them, {@code -Dpods} and {@code -Dnodes} other numbers.
 */
class FleetTest {

    private static final Logger LOG = Logger.getLogger("io.vpccni.fleet");
    private static final int PODS = Integer.getInteger("pods", 300);
    private static final int NODES = Integer.getInteger("nodes", 15);
    private static final String RATE = System.getProperty("rate", "200");
    private static final Map<String, String> WEB = Map.of("app", "web");
    private static final Duration PATIENCE = Duration.ofMinutes(8);

    @Test
    void everyPodGetsItsOwnInterfaceForFewCallsAndARestartLosesNone() throws Exception {
        try (TestCluster cluster = new TestCluster(EmulatorOptions.instant()
                .withNodes(NODES)
                .withInstanceType("m5.2xlarge")
                .withDelays(Delays.published()))) {
            cluster.with("VPCCNI_EC2_RATE", RATE).with("VPCCNI_EC2_BURST", RATE).start();
            for (int node = 1; node <= NODES; node++) {
                cluster.askForTrunk("node" + node);
            }
            cluster.policy("web", WEB, cluster.group("web"));
            for (int node = 1; node <= NODES; node++) {
                String name = "node" + node;
                Eventually.within(PATIENCE, name, () -> cluster.capacity(name), capacity -> capacity == 38);
            }
            long before = cluster.calls();

            Instant begun = Instant.now();
            for (int pod = 0; pod < PODS; pod++) {
                cluster.pod("web-" + pod, "node" + (1 + pod % NODES), WEB);
            }
            Eventually.within(PATIENCE, "half of the pods", cluster::annotated, count -> count >= PODS / 2);
            cluster.stop();
            Instant stopped = Instant.now();
            cluster.start();
            int atRestart = cluster.annotated();
            Eventually.within(
                    PATIENCE, "the next pod", cluster::annotated, count -> count > atRestart || count == PODS);
            Duration back = Duration.between(stopped, Instant.now());
            Eventually.within(PATIENCE, "all pods", cluster::annotated, count -> count == PODS);
            Duration all = Duration.between(begun, Instant.now());

            long calls = cluster.calls() - before;
            LOG.infof(
                    "%d pods on %d nodes at %s calls a second of each action: all after %s, %.2f EC2 calls for each pod,"
                            + " restarted at %d pods and served the next one after %s",
                    PODS, NODES, RATE, all, (double) calls / PODS, atRestart, back);
            Set<String> addresses = new HashSet<>();
            for (int pod = 0; pod < PODS; pod++) {
                addresses.add(cluster.annotationOf("web-" + pod)
                        .orElseThrow()
                        .ipv4()
                        .orElseThrow()
                        .toString());
            }
            assertThat(addresses).hasSize(PODS);
            assertThat(calls).isLessThan(3L * PODS);
        }
    }
}
