package io.vpccni.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import io.vpccni.testing.Manifests;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A container of the DaemonSet that the build left, in the words of {@code ctr run}: what kubelet asks a runtime for. */
final class ManifestContainer {

    private final JsonNode pod;
    private final JsonNode container;

    /** @param kind {@code containers} or {@code initContainers} */
    ManifestContainer(String kind, String name) {
        this.pod = Manifests.in(Manifests.BUILT.resolve("kubernetes.yml"), "DaemonSet", "aws-node")
                .at("/spec/template/spec");
        for (JsonNode one : pod.path(kind)) {
            if (one.path("name").asText().equals(name)) {
                this.container = one;
                return;
            }
        }
        throw new AssertionError("no " + name + " among the " + kind);
    }

    /** The options of {@code ctr run} for a node with that network, the variables before those of the manifest. */
    List<String> options(Path network, Map<String, String> variables) {
        List<String> options = new ArrayList<>();
        if (pod.path("hostNetwork").asBoolean()) {
            options.addAll(List.of("--with-ns", "network:" + network));
        }
        if (pod.path("hostPID").asBoolean()) {
            options.addAll(
                    List.of("--with-ns", "pid:/proc/" + ProcessHandle.current().pid() + "/ns/pid"));
        }
        environment(variables).forEach((name, value) -> options.addAll(List.of("--env", name + "=" + value)));
        container.path("volumeMounts").forEach(mount -> options.addAll(List.of("--mount", mount(mount))));
        JsonNode security = container.path("securityContext");
        if (security.path("privileged").asBoolean()) {
            options.add("--privileged");
        }
        if (security.path("readOnlyRootFilesystem").asBoolean()) {
            options.add("--read-only");
        }
        if (security.at("/seccompProfile/type").asText().equals("RuntimeDefault")) {
            options.add("--seccomp");
        }
        security.at("/capabilities/drop")
                .forEach(capability -> options.addAll(List.of("--cap-drop", "CAP_" + capability.asText())));
        security.at("/capabilities/add")
                .forEach(capability -> options.addAll(List.of("--cap-add", "CAP_" + capability.asText())));
        return options;
    }

    private Map<String, String> environment(Map<String, String> variables) {
        Map<String, String> environment = new HashMap<>();
        for (JsonNode variable : container.path("env")) {
            if (variable.has("value")) {
                environment.put(
                        variable.path("name").asText(), variable.path("value").asText());
            }
        }
        environment.putAll(variables);
        return environment;
    }

    private String mount(JsonNode mount) {
        String target = mount.path("mountPath").asText();
        for (JsonNode volume : pod.path("volumes")) {
            if (volume.path("name").equals(mount.path("name"))) {
                String propagation =
                        mount.path("mountPropagation").asText().equals("HostToContainer") ? "rslave" : "rprivate";
                return volume.has("emptyDir")
                        ? "type=tmpfs,src=tmpfs,dst=" + target + ",options=mode=1777"
                        : "type=bind,src=" + volume.at("/hostPath/path").asText() + ",dst=" + target
                                + ",options=rbind:rw:" + propagation;
            }
        }
        throw new AssertionError("no volume for " + mount);
    }

    List<String> command() {
        return words(container.path("command"));
    }

    List<String> readinessProbe() {
        return words(container.at("/readinessProbe/exec/command"));
    }

    private static List<String> words(JsonNode list) {
        List<String> words = new ArrayList<>();
        list.forEach(word -> words.add(word.asText()));
        return words;
    }
}
