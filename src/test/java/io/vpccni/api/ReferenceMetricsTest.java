package io.vpccni.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.config.Environment;
import io.vpccni.config.NodeSettingsReader;
import io.vpccni.daemon.AddRequest;
import io.vpccni.daemon.Node;
import io.vpccni.emulator.Emulator;
import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.explain.ApiCall;
import io.vpccni.pool.Action;
import io.vpccni.pool.PodName;
import io.vpccni.pool.PoolEvent;
import io.vpccni.pool.Sandbox;
import io.vpccni.testing.CompatibilityPage;
import io.vpccni.testing.CompatibilityPage.Row;
import io.vpccni.vpc.CloudFailure;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The reference's metrics after everything that they count has happened once. */
class ReferenceMetricsTest {

    private static final Pattern SAMPLE = Pattern.compile("(\\w+)(?:\\{(.*)})? \\S+");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"[^\"]*\",?");

    private static final CloudFailure FAILURE =
            new CloudFailure(CloudFailure.Kind.REFUSED, "InternalError", "an error", Duration.ofSeconds(1));

    @TempDir
    private Path folder = Path.of("");

    @Test
    void everyMetricHasTheTypeAndTheLabelsOfThePage() throws IOException {
        Map<String, String> listed = CompatibilityPage.read().of(CompatibilityPage.METRICS).stream()
                .collect(Collectors.toMap(Row::name, Row::metricKind));

        assertThat(new TreeMap<>(kinds(textAfterEverything()))).isEqualTo(new TreeMap<>(listed));
    }

    @Test
    void aCniNodeThatCannotBeWrittenCountsForWhatWasMissingThere() throws IOException {
        assertThat(textAfterEverything().lines())
                .contains(
                        "awscni_pod_eni_error_count{fn=\"nodeInit\"} 1.0",
                        "awscni_pod_eni_error_count{fn=\"tryEnableSecurityGroupsForPods\"} 2.0");
    }

    private String textAfterEverything() throws IOException {
        try (Emulator emulator = Emulator.start(EmulatorOptions.instant().withNodes(1));
                Node node = Node.of(new NodeSettingsReader(
                                new Environment(Map.of(
                                        "AWS_ENDPOINT_URL_EC2",
                                        emulator.ec2Endpoint().toString(),
                                        "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                                        emulator.node("node1").imdsEndpoint().toString(),
                                        "AWS_VPC_K8S_CNI_BACKING_STORE",
                                        folder.resolve("ipam.json").toString(),
                                        "VPCCNI_DRY_DATAPLANE",
                                        "true")),
                                _ -> Map.of())
                        .read())) {
            ReferenceMetrics metrics = new ReferenceMetrics(node);
            node.start();
            node.ready().await().atMost(Duration.ofSeconds(30));
            node.add(new AddRequest(
                            new Sandbox("aws-cni", "c1", "eth0"),
                            new PodName("shop", "cart-0"),
                            Duration.ofSeconds(30),
                            Optional.empty()))
                    .await()
                    .atMost(Duration.ofSeconds(30));
            metrics.addAsked();
            metrics.delAsked("PodDeleted");
            metrics.callEnded(new ApiCall(
                    1,
                    "CreateNetworkInterface",
                    Instant.EPOCH,
                    Optional.of(new ApiCall.End(Duration.ofMillis(3), "InternalError", "r-1", false))));
            metrics.stepEnded(new Action.ObserveNode(), new PoolEvent.NodeUnobserved(FAILURE));
            metrics.leakKept("DependencyViolation");
            metrics.trunkNotAsked(true);
            metrics.trunkNotAsked(false);
            metrics.trunkNotAsked(false);
            metrics.started(Duration.ofSeconds(1), true);
            return metrics.text();
        }
    }

    /** By family: type and labels of its samples. */
    private static Map<String, String> kinds(String text) {
        Map<String, String> kinds = new HashMap<>();
        String name = "";
        String type = "";
        for (String line : text.lines().toList()) {
            Matcher sample = SAMPLE.matcher(line);
            if (line.startsWith("# TYPE ")) {
                name = line.split(" ")[2];
                type = line.split(" ")[3];
                kinds.put(name, type + " without samples");
            } else if (sample.matches()) {
                kinds.put(name, type + " [" + labels(sample.group(2)) + "]");
            }
        }
        return kinds;
    }

    /** Without that of a bucket, which every histogram has. */
    private static String labels(String pairs) {
        return pairs == null
                ? ""
                : LABEL.matcher(pairs)
                        .results()
                        .map(pair -> pair.group(1))
                        .filter(label -> !label.equals("le"))
                        .collect(Collectors.joining(", "));
    }
}
