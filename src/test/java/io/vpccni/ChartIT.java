package io.vpccni;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.vpccni.emulator.Emulator;
import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.emulator.kubernetes.KubernetesServer;
import io.vpccni.testing.Charts;
import io.vpccni.testing.Clusters;
import io.vpccni.testing.KubernetesObjects;
import io.vpccni.testing.Manifests;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The charts of {@code target/helm}, rendered by Helm. */
class ChartIT {

    private static final String NODE = "aws-vpc-cni";
    private static final String FIGURES = "cni-metrics-helper";
    private static final String CONTROLLER = "vpc-cni-controller";

    /** The only value without which a chart does not render; the other charts do not look at it. */
    private static final String NAMED = "clusterName: prod\n";

    @ParameterizedTest
    @ValueSource(strings = {NODE, FIGURES, CONTROLLER})
    void helmHasNothingToSayAgainstAChart(String chart) {
        LintResult result = new Helm(Charts.packed(chart)).lint().strict().call();

        assertThat(result.getMessages()).containsExactly("[INFO] Chart.yaml: icon is recommended");
        assertThat(result.isFailed()).isFalse();
    }

    /** Chart, values, the file that it has to be the same as, and what differs all the same. */
    static Stream<Arguments> manifests() {
        String selector = "DaemonSet aws-node/spec/selector/matchLabels/";
        return Stream.of(
                Arguments.of(NODE, "originalMatchLabels: true", "kubernetes.yml", List.of()),
                Arguments.of(
                        NODE,
                        "",
                        "kubernetes.yml",
                        List.of(
                                selector + "app.kubernetes.io/instance",
                                selector + "app.kubernetes.io/name",
                                selector + "k8s-app")),
                Arguments.of(FIGURES, "", "metrics-helper.yml", List.of()),
                Arguments.of(
                        CONTROLLER,
                        NAMED,
                        "controller.yml",
                        List.of(
                                "Deployment vpc-cni-controller/spec/template/spec/containers/controller/env/CLUSTER_NAME/value")));
    }

    @ParameterizedTest
    @MethodSource("manifests")
    void aChartIsTheManifestOfTheSameBuild(String chart, String values, String file, List<String> differences) {
        Map<String, String> manifest = flat(Manifests.in(Manifests.BUILT.resolve(file)).stream()
                .filter(object -> !isDefinition(object))
                .toList());

        assertThat(differing(flat(Charts.rendered(chart, values)), manifest)).containsExactlyElementsOf(differences);
    }

    @Test
    void monitorsAndAlertsAreThoseOfTheManifests() {
        List<JsonNode> monitors = Stream.of(
                        Charts.rendered(NODE, "podMonitor: {create: true}\nprometheusRule: {create: true}"),
                        Charts.rendered(CONTROLLER, NAMED + "podMonitor: {create: true}"))
                .flatMap(Collection::stream)
                .filter(object -> object.path("apiVersion").asText().startsWith("monitoring.coreos.com"))
                .toList();
        List<JsonNode> manifests = Stream.of("pod-monitor.yml", "prometheus-rules.yml")
                .flatMap(file -> Manifests.in(Manifests.BUILT.resolve(file)).stream())
                .toList();

        assertThat(flat(monitors)).isEqualTo(flat(manifests));
    }

    @ParameterizedTest
    @CsvSource({NODE + ", kubernetes.yml", CONTROLLER + ", controller.yml"})
    void definitionsOfCustomResourcesAreThoseOfTheManifest(String chart, String manifest) {
        List<JsonNode> definitions = filesUnder(Charts.BUILT.resolve(chart).resolve("crds")).stream()
                .flatMap(file -> Manifests.in(file).stream())
                .toList();

        assertThat(definitions)
                .isNotEmpty()
                .containsExactlyInAnyOrderElementsOf(Manifests.in(Manifests.BUILT.resolve(manifest)).stream()
                        .filter(ChartIT::isDefinition)
                        .toList());
    }

    private static boolean isDefinition(JsonNode object) {
        return object.path("kind").asText().equals("CustomResourceDefinition");
    }

    /** Folders with values, and what these change in a release: lines that go, and lines that come. */
    static List<Path> scenarios() {
        return filesUnder(Path.of("src/test/resources/helm")).stream()
                .map(Path::getParent)
                .distinct()
                .toList();
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void valuesChangeWhatTheyName(Path scenario) throws IOException {
        String chart = chartOf(scenario);
        Map<String, String> before = flat(Charts.rendered(chart, NAMED));
        Map<String, String> after = flat(rendered(scenario));

        assertThat(changes(before, after).replace(builtImage(), "IMAGE"))
                .isEqualTo(Files.readString(scenario.resolve("out-changes.txt")));
    }

    private static String changes(Map<String, String> before, Map<String, String> after) {
        StringBuilder changes = new StringBuilder();
        for (String path : differing(before, after)) {
            if (before.containsKey(path)) {
                changes.append("- %s = %s\n".formatted(path, before.get(path)));
            }
            if (after.containsKey(path)) {
                changes.append("+ %s = %s\n".formatted(path, after.get(path)));
            }
        }
        return changes.toString();
    }

    private static String builtImage() {
        return Manifests.in(Manifests.BUILT.resolve("kubernetes.yml"), "DaemonSet", "aws-node")
                .at("/spec/template/spec/containers/0/image")
                .asText();
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void aClusterTakesWhatIsRenderedTwice(Path scenario) {
        List<JsonNode> objects = rendered(scenario);

        assertThat(objects).allSatisfy(KubernetesObjects::assertKnownFields).allSatisfy(ChartIT::selectsItsPods);
        try (Emulator emulator = Emulator.start(EmulatorOptions.instant().withNodes(1));
                KubernetesServer cluster = KubernetesServer.start(emulator);
                KubernetesClient client = new KubernetesClientBuilder()
                        .withConfig(Clusters.config(cluster))
                        .build()) {
            KubernetesObjects.applyTwice(client, objects);
        }
    }

    private static void selectsItsPods(JsonNode object) {
        if (object.has("spec") && object.path("spec").has("template")) {
            assertThat(Manifests.flat(object.at("/spec/template/metadata/labels")))
                    .containsAllEntriesOf(Manifests.flat(object.at("/spec/selector/matchLabels")));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "aws-vpc-cni | originalMatchLabels: 'yes' | originalMatchLabels: Invalid type. Expected: boolean, given: string",
                "aws-vpc-cni | enableNetworkPolicy: maybe | enableNetworkPolicy must be one of the following: true, false",
                "aws-vpc-cni | nodeAgent: {logLevel: loud} | nodeAgent.logLevel must be one of the following: \"debug\", \"info\"",
                "aws-vpc-cni | nodeAgent: {metricsBindAddr: ':8162'} | nodeAgent.metricsBindAddr: Does not match pattern",
                "aws-vpc-cni | nodeAgent: {enabled: true, image: {tag: v1.2.7-eksbuild.1}} | nodeAgent.image.tag: v1.2.7-eksbuild.1 does not find",
                "aws-vpc-cni | image: {account: 602401143452} | image.account: Invalid type",
                "aws-vpc-cni | image: {pullPolicy: Sometimes} | image.pullPolicy must be one of the following: \"Always\"",
                "aws-vpc-cni | image: {repository: vpc-cni} | image.repository needs image.account",
                "aws-vpc-cni | env: [WARM_ENI_TARGET=1] | env: Invalid type. Expected: object, given: array",
                "aws-vpc-cni | env: {WARM_ENI_TARGET: {value: 1}} | env.WARM_ENI_TARGET: Invalid type",
                "aws-vpc-cni | env: {NETWORK_POLICY_ENFORCING_MODE: strong} | env.NETWORK_POLICY_ENFORCING_MODE: Does not match",
                "aws-vpc-cni | extraEnv: [{value: 1}] | extraEnv.0: name is required",
                "aws-vpc-cni | updateStrategy: {type: Recreate} | updateStrategy.type must be one of the following: \"RollingUpdate\"",
                "aws-vpc-cni | eniConfig: {create: true} | eniConfig.create needs eniConfig.subnets",
                "aws-vpc-cni | eniConfig: {subnets: {a: {securityGroups: []}}} | eniConfig.subnets.a: id is required",
                "aws-vpc-cni | eniConfig: {subnets: {a: {id: sg-1}}} | eniConfig.subnets.a.id: Does not match pattern",
                "aws-vpc-cni | podMonitor: {interval: 30} | podMonitor.interval: Invalid type. Expected: string, given: integer",
                "cni-metrics-helper | revisionHistoryLimit: many | revisionHistoryLimit: Invalid type",
                "cni-metrics-helper | image: {repository: vpc-cni} | image.repository needs image.account",
                "vpc-cni-controller | replicas: -1 | replicas: Must be greater than or equal to 0",
                "vpc-cni-controller | region: eu-central-1 | clusterName has to be given"
            })
    void aWrongValueIsRefusedByItsName(String chart, String values, String reason) {
        assertThatThrownBy(() -> Charts.rendered(chart, values))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(reason);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "fullnameOverride: nodes | nodes",
                "{fullnameOverride: '', nameOverride: node} | aws-vpc-cni-node",
                "{fullnameOverride: '', nameOverride: vpc} | aws-vpc-cni"
            })
    void aReleaseMayNameItsObjects(String values, String name) {
        List<JsonNode> objects = Charts.rendered(NODE, values);

        assertThat(objects)
                .extracting(object -> object.at("/metadata/name").asText())
                .containsOnly(name);
        assertThat(objects)
                .filteredOn(object -> object.has("roleRef"))
                .hasSize(2)
                .allSatisfy(binding -> {
                    assertThat(binding.at("/roleRef/name").asText()).isEqualTo(name);
                    assertThat(binding.at("/subjects/0/name").asText()).isEqualTo(name);
                });
        assertThat(objects)
                .filteredOn(object -> object.path("kind").asText().equals("DaemonSet"))
                .extracting(object ->
                        object.at("/spec/template/spec/serviceAccountName").asText())
                .containsExactly(name);
    }

    private static List<JsonNode> rendered(Path scenario) {
        try {
            return Charts.rendered(chartOf(scenario), Files.readString(scenario.resolve("in-values.yaml")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String chartOf(Path scenario) {
        return scenario.getName(scenario.getNameCount() - 2).toString();
    }

    private static List<Path> filesUnder(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the tools add that make objects, and the label by which charts name all that is theirs. */
    private static final Pattern ADDED = Pattern.compile(
            "/metadata/labels/k8s-app|.*/metadata/(labels|annotations)/(app\\.quarkus\\.io|app\\.kubernetes\\.io|helm\\.sh)/.*");

    /** Values that Kubernetes fills in where there are none. */
    private static final Pattern FILLED_IN = Pattern.compile(
            ".*Probe/(failureThreshold = 3|periodSeconds = 10|successThreshold = 1)|.*/ports/[a-z]+/protocol = TCP");

    /** Values by object and path, without what {@link #ADDED} and {@link #FILLED_IN} say. */
    private static Map<String, String> flat(List<JsonNode> objects) {
        Map<String, String> all = new TreeMap<>();
        for (JsonNode object : objects) {
            String name = object.path("kind").asText() + " "
                    + object.at("/metadata/name").asText();
            Manifests.flat(object).forEach((path, value) -> {
                if (!ADDED.matcher(path).matches()
                        && !FILLED_IN.matcher(path + " = " + value).matches()) {
                    assertThat(all.put(name + path, value)).as(name + path).isNull();
                }
            });
        }
        return all;
    }

    private static Collection<String> differing(Map<String, String> one, Map<String, String> other) {
        Collection<String> paths = new TreeSet<>(one.keySet());
        paths.addAll(other.keySet());
        paths.removeIf(path -> Objects.equals(one.get(path), other.get(path)));
        return paths;
    }
}
