package io.vpccni.emulator.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What plugins are told of a pod.
 *
 * @param interfaceName name of the link in the pod
 * @param arguments of {@code CNI_ARGS}, in order
 * @param capabilities by name; a plugin gets those that its configuration asks for, as {@code runtimeConfig}
 */
public record Sandbox(
        String containerId,
        Path networkNamespace,
        String interfaceName,
        Map<String, String> arguments,
        Map<String, JsonNode> capabilities) {
    public Sandbox {
        if (!containerId.matches("[a-zA-Z0-9][a-zA-Z0-9_.-]*")) {
            throw new IllegalArgumentException("not a container id: '" + containerId + "'");
        }
        arguments = Collections.unmodifiableMap(new LinkedHashMap<>(arguments));
        capabilities = Map.copyOf(capabilities);
    }

    /** As containerd names things for Kubernetes: the link is eth0, and the arguments tell the pod. */
    public static Sandbox ofPod(String containerId, Path networkNamespace, String namespace, String name) {
        var arguments = new LinkedHashMap<String, String>();
        arguments.put("IgnoreUnknown", "1");
        arguments.put("K8S_POD_NAMESPACE", namespace);
        arguments.put("K8S_POD_NAME", name);
        arguments.put("K8S_POD_INFRA_CONTAINER_ID", containerId);
        return new Sandbox(containerId, networkNamespace, "eth0", arguments, Map.of());
    }

    public Sandbox withArgument(String name, String value) {
        var next = new LinkedHashMap<>(arguments);
        next.put(name, value);
        return new Sandbox(containerId, networkNamespace, interfaceName, next, capabilities);
    }

    public Sandbox withCapability(String name, JsonNode value) {
        var next = new LinkedHashMap<>(capabilities);
        next.put(name, value);
        return new Sandbox(containerId, networkNamespace, interfaceName, arguments, next);
    }

    /** The value of {@code CNI_ARGS}. */
    String argumentText() {
        return arguments.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining(";"));
    }
}
