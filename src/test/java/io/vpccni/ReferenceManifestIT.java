package io.vpccni;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.vpccni.testing.Manifests;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What somebody who puts our DaemonSet in the place of the reference's finds changed: this, for these reasons, and nothing else. */
class ReferenceManifestIT {

    private static final Path MANIFEST = Manifests.BUILT.resolve("kubernetes.yml");
    private static final Path REFERENCE = Path.of("src/test/resources/reference/aws-node.yml");

    private static final String POD = "/spec/template/spec/";
    private static final String DAEMON = POD + "containers/aws-node/";
    private static final String INIT = POD + "initContainers/aws-vpc-cni-init/";

    private static final String BUILT = "what every workload has that Quarkus generates";
    private static final String IMAGE = "one image for all programs, ours";
    private static final String DEFAULTS = "the default of Kubernetes, written out";
    private static final String NAMESPACES =
            "the daemon works in the pods' network namespaces itself, where the reference's plugin does";
    private static final String NO_AGENT =
            "the network policy agent is AWS's; while none is beside the daemon no mode may be set, or no pod starts";
    private static final String FRESH = "a node that never had a plugin has no such folder";
    private static final String SEALED =
            "nobody changes the daemon's programs, and it makes no call that runtimes forbid";
    private static final String HOST_LOCAL = "the daemon calls host-local for egress-cni, which keeps its state there";

    /** Why, by the beginning of the path. */
    private static final Map<String, String> WHY = Map.ofEntries(
            Map.entry("/metadata/annotations/app.quarkus.io", BUILT),
            Map.entry("/metadata/labels/app.kubernetes.io", BUILT),
            Map.entry("/spec/template/metadata/annotations/app.quarkus.io", BUILT),
            Map.entry("/spec/template/metadata/labels/app.kubernetes.io", BUILT),
            Map.entry(POD + "hostPID", NAMESPACES),
            Map.entry(POD + "containers/aws-eks-nodeagent", NO_AGENT),
            Map.entry(POD + "volumes/bpf-pin-path", NO_AGENT),
            Map.entry(POD + "volumes/cni-bin-dir/hostPath/type", FRESH),
            Map.entry(POD + "volumes/cni-net-dir/hostPath/type", FRESH),
            Map.entry(POD + "volumes/cni-state", HOST_LOCAL),
            Map.entry(POD + "volumes/netns", NAMESPACES),
            Map.entry(POD + "volumes/tmp", SEALED),
            Map.entry(DAEMON + "image", IMAGE),
            Map.entry(DAEMON + "env/MY_POD_NAMESPACE", "where the Lease of the leaked interfaces' clean-up is"),
            Map.entry(DAEMON + "env/NETWORK_POLICY_ENFORCING_MODE", NO_AGENT),
            Map.entry(DAEMON + "env/VPC_CNI_VERSION", "the daemon knows its own version"),
            Map.entry(DAEMON + "livenessProbe/", DEFAULTS),
            Map.entry(DAEMON + "readinessProbe/", DEFAULTS),
            Map.entry(DAEMON + "ports/metrics/protocol", DEFAULTS),
            Map.entry(DAEMON + "securityContext/capabilities/add", NAMESPACES),
            Map.entry(DAEMON + "securityContext/readOnlyRootFilesystem", SEALED),
            Map.entry(DAEMON + "securityContext/seccompProfile", SEALED),
            Map.entry(DAEMON + "volumeMounts/.tmp", SEALED),
            Map.entry(DAEMON + "volumeMounts/.run.cni", HOST_LOCAL),
            Map.entry(DAEMON + "volumeMounts/.var.run.netns", NAMESPACES),
            Map.entry(INIT + "command", IMAGE),
            Map.entry(INIT + "image", IMAGE));

    @Test
    void theDaemonSetDiffersForTheseReasonsOnly() {
        Map<String, String> reference = Manifests.flat(Manifests.in(REFERENCE, "DaemonSet", "aws-node"));
        Map<String, String> ours = Manifests.flat(Manifests.in(MANIFEST, "DaemonSet", "aws-node"));
        Set<String> different = new TreeSet<>();
        Stream.concat(reference.keySet().stream(), ours.keySet().stream())
                .filter(path -> !Objects.equals(reference.get(path), ours.get(path)))
                .forEach(different::add);

        assertThat(different)
                .allSatisfy(path -> assertThat(WHY.keySet())
                        .as("%s: %s here, %s there", path, ours.get(path), reference.get(path))
                        .anyMatch(path::startsWith));
        assertThat(WHY.keySet())
                .allSatisfy(reason -> assertThat(different)
                        .as("%s does not differ any more", reason)
                        .anyMatch(path -> path.startsWith(reason)));
    }

    @Test
    void theDaemonMayDoLittleThatTheReferenceMayNot() {
        Set<String> reference = rights(Manifests.in(REFERENCE, "ClusterRole", "aws-node"));
        Set<String> ours = rights(Manifests.in(MANIFEST, "ClusterRole", "aws-node"));
        Set<String> more = new TreeSet<>(ours);
        more.removeAll(reference);
        Set<String> less = new TreeSet<>(reference);
        less.removeAll(ours);
        less.removeIf(right -> right.contains("networking.k8s.aws"));

        assertThat(more).as("the client reads what it patches").containsExactly("get events.k8s.io/events");
        assertThat(less)
                .as("namespaces are not read, and events are written by their newer API, unread")
                .containsExactlyInAnyOrder(
                        "get /namespaces",
                        "list /namespaces",
                        "watch /namespaces",
                        "create /events",
                        "patch /events",
                        "list /events",
                        "list events.k8s.io/events");
    }

    private static Set<String> rights(JsonNode role) {
        Set<String> rights = new TreeSet<>();
        for (JsonNode rule : role.path("rules")) {
            for (JsonNode verb : rule.path("verbs")) {
                rule.path("nonResourceURLs").forEach(url -> rights.add(verb.asText() + " " + url.asText()));
                for (JsonNode group : rule.path("apiGroups")) {
                    rule.path("resources")
                            .forEach(resource ->
                                    rights.add(verb.asText() + " " + group.asText() + "/" + resource.asText()));
                }
            }
        }
        return rights;
    }
}
