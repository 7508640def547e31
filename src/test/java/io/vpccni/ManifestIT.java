package io.vpccni;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vpccni.config.Environment;
import io.vpccni.config.NodeSettings;
import io.vpccni.config.NodeSettingsReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** What the build left in {@code target/kubernetes}. */
class ManifestIT {

    private static final Path MANIFEST = Path.of("target/kubernetes/kubernetes.json");

    @Test
    void theWorkloadIsADaemonSetAndNothingElse() throws IOException {
        assertThat(items())
                .extracting(item -> item.path("kind").asText())
                .contains("DaemonSet")
                .doesNotContain("Deployment", "Service");
    }

    @Test
    void theDaemonSetHasWhatTheDataPlaneNeeds() throws IOException {
        JsonNode pod = StreamSupport.stream(items().spliterator(), false)
                .filter(item -> item.path("kind").asText().equals("DaemonSet"))
                .findFirst()
                .orElseThrow()
                .at("/spec/template/spec");
        JsonNode container = pod.at("/containers/0");

        assertThat(pod.path("hostNetwork").asBoolean()).isTrue();
        assertThat(pod.path("hostPID").asBoolean()).isTrue();
        assertThat(pod.path("containers")).hasSize(1);
        assertThat(container.path("name").asText()).isEqualTo("aws-node");
        assertThat(container.at("/securityContext/capabilities/add"))
                .extracting(JsonNode::asText)
                .containsExactlyInAnyOrder("NET_ADMIN", "NET_RAW", "SYS_ADMIN");
        assertThat(container.at("/readinessProbe/exec/command/0").asText()).isEqualTo("/app/grpc-health-probe");
        assertThat(container.path("volumeMounts")).anySatisfy(mount -> {
            assertThat(mount.path("mountPath").asText()).isEqualTo("/var/run/netns");
            assertThat(mount.path("mountPropagation").asText()).isEqualTo("HostToContainer");
        });
    }

    @Test
    void theDaemonMayDoWhatItDoesAndNothingElse() throws IOException {
        JsonNode role = item("ClusterRole", "aws-node");

        assertThat(role.path("rules"))
                .extracting(JsonNode::toString)
                .containsExactlyInAnyOrder(
                        rule("", "[\"nodes\",\"pods\"]", "[\"get\",\"list\",\"watch\"]"),
                        rule("crd.k8s.amazonaws.com", "[\"eniconfigs\"]", "[\"get\",\"list\",\"watch\"]"),
                        rule("vpcresources.k8s.aws", "[\"cninodes\"]", "[\"get\",\"list\",\"watch\",\"patch\"]"),
                        rule("events.k8s.io", "[\"events\"]", "[\"create\",\"get\",\"patch\"]"));
        assertThat(item("Role", "aws-node").path("rules"))
                .extracting(JsonNode::toString)
                .containsExactlyInAnyOrder(
                        rule("coordination.k8s.io", "[\"leases\"]", "[\"create\"]"),
                        "{\"apiGroups\":[\"coordination.k8s.io\"],\"resourceNames\":[\"vpc-cni-leaked-eni-cleanup\"],"
                                + "\"resources\":[\"leases\"],\"verbs\":[\"get\",\"update\"]}");
        assertThat(items())
                .filteredOn(item -> item.path("kind").asText().endsWith("RoleBinding"))
                .extracting(
                        item -> item.at("/roleRef/kind").asText(),
                        item -> item.at("/roleRef/name").asText(),
                        item -> item.at("/subjects/0/name").asText())
                .containsExactlyInAnyOrder(
                        tuple("ClusterRole", "aws-node", "aws-node"), tuple("Role", "aws-node", "aws-node"));
        assertThat(item("DaemonSet", "aws-node")
                        .at("/spec/template/spec/serviceAccountName")
                        .asText())
                .isEqualTo("aws-node");
        assertThat(item("ServiceAccount", "aws-node").at("/metadata/namespace").asText())
                .isEqualTo("kube-system");
    }

    @Test
    void theDaemonKnowsItsNodeAndItsPod() throws IOException {
        assertThat(item("DaemonSet", "aws-node").at("/spec/template/spec/containers/0/env"))
                .filteredOn(variable -> variable.has("valueFrom"))
                .extracting(
                        variable -> variable.path("name").asText(),
                        variable -> variable.at("/valueFrom/fieldRef/fieldPath").asText())
                .contains(
                        tuple("MY_NODE_NAME", "spec.nodeName"),
                        tuple("MY_POD_NAME", "metadata.name"),
                        tuple("MY_POD_NAMESPACE", "metadata.namespace"));
    }

    @Test
    void theFoldersThatTheDaemonWritesToAreThere() throws IOException {
        JsonNode pod = item("DaemonSet", "aws-node").at("/spec/template/spec");
        Map<String, String> hostPaths = new HashMap<>();
        pod.path("volumes")
                .forEach(volume -> hostPaths.put(
                        volume.path("name").asText(),
                        volume.at("/hostPath/path").asText()));

        assertThat(pod.at("/containers/0/volumeMounts"))
                .extracting(
                        mount -> hostPaths.get(mount.path("name").asText()),
                        mount -> mount.path("mountPath").asText())
                .containsExactlyInAnyOrder(
                        tuple("", "/tmp"),
                        tuple("/var/run/aws-node", "/var/run/aws-node"),
                        tuple("/opt/cni/bin", "/host/opt/cni/bin"),
                        tuple("/etc/cni/net.d", "/host/etc/cni/net.d"),
                        tuple("/var/log/aws-routed-eni", "/host/var/log/aws-routed-eni"),
                        tuple("/var/run/netns", "/var/run/netns"),
                        tuple("/run/cni", "/run/cni"),
                        tuple("/run/xtables.lock", "/run/xtables.lock"));
    }

    @Test
    void theEnvironmentIsOneTheDaemonStartsWith() throws IOException {
        Environment environment = new Environment(variables("/spec/template/spec/containers/0/env"));
        NodeSettings settings = new NodeSettingsReader(environment, _ -> Map.of()).read();

        assertThat(environment.problems()).isEmpty();
        assertThat(settings.reports().log().file()).contains("/host/var/log/aws-routed-eni/ipamd.log");
        assertThat(settings.pool().warmPrefixes()).isEqualTo(1);
        assertThat(settings.policy().mode()).as("no agent is shipped").isEmpty();
        assertThat(settings.policy().agentSocket()).hasToString("/var/run/aws-node/npa.sock");
    }

    @Test
    void theInitContainerPreparesTheHostWithTheDaemonsImage() throws IOException {
        JsonNode pod = item("DaemonSet", "aws-node").at("/spec/template/spec");
        JsonNode init = pod.at("/initContainers/0");

        assertThat(pod.path("initContainers")).hasSize(1);
        assertThat(init.path("name").asText()).isEqualTo("aws-vpc-cni-init");
        assertThat(init.path("command")).extracting(JsonNode::asText).containsExactly("/init/aws-vpc-cni-init");
        assertThat(init.at("/securityContext/privileged").asBoolean()).isTrue();
        assertThat(init.path("image").asText())
                .isNotEmpty()
                .isEqualTo(pod.at("/containers/0/image").asText());
        assertThat(init.path("volumeMounts"))
                .extracting(
                        mount -> mount.path("name").asText(),
                        mount -> mount.path("mountPath").asText())
                .containsExactly(tuple("cni-bin-dir", "/host/opt/cni/bin"));
    }

    @Test
    void theDefinitionOfEniConfigsIsTheReferences() throws IOException {
        JsonNode spec = item("CustomResourceDefinition", "eniconfigs.crd.k8s.amazonaws.com")
                .path("spec");

        assertThat(spec.path("scope").asText()).isEqualTo("Cluster");
        assertThat(spec.path("group").asText()).isEqualTo("crd.k8s.amazonaws.com");
        assertThat(spec.at("/versions/0/name").asText()).isEqualTo("v1alpha1");
        assertThat(spec.at("/names/kind").asText()).isEqualTo("ENIConfig");
    }

    /** Those with a value of their own. */
    private static Map<String, String> variables(String pointer) throws IOException {
        Map<String, String> variables = new HashMap<>();
        item("DaemonSet", "aws-node").at(pointer).forEach(variable -> {
            if (variable.has("value")) {
                variables.put(
                        variable.path("name").asText(), variable.path("value").asText());
            }
        });
        return variables;
    }

    private static String rule(String group, String resources, String verbs) {
        return "{\"apiGroups\":[\"" + group + "\"],\"resources\":" + resources + ",\"verbs\":" + verbs + "}";
    }

    private static JsonNode item(String kind, String name) throws IOException {
        return StreamSupport.stream(items().spliterator(), false)
                .filter(item -> item.path("kind").asText().equals(kind)
                        && item.at("/metadata/name").asText().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + kind + " " + name));
    }

    /** One JSON document after the other, or one list. */
    private static Iterable<JsonNode> items() throws IOException {
        JsonNode root = new ObjectMapper().readTree(MANIFEST.toFile());
        return root.has("items") ? root.path("items") : root;
    }
}
