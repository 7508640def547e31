package io.vpccni.controller;

import io.fabric8.kubernetes.api.model.Node;
import io.vpccni.kube.crd.CniNode;
import io.vpccni.kube.crd.CniNode.Feature;
import io.vpccni.kube.crd.CniNode.FeatureName;
import io.vpccni.kube.crd.CniNode.ManagedBy;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a Node and its CNINode say about a trunk.
 *
 * @param instanceId from the provider id; empty for a node that is no instance
 * @param wanted whether the node asks for a trunk
 * @param eniConfig name of the ENIConfig where it is to be; empty for the node's own subnet
 */
record SgpNode(String name, Optional<String> instanceId, boolean wanted, Optional<String> eniConfig) {

    static final String OS_LABEL = "kubernetes.io/os";
    static final String TRUNK_LABEL = "vpc.amazonaws.com/has-trunk-attached";
    private static final String ENI_CONFIG_LABEL = "vpc.amazonaws.com/eniConfig";
    private static final String COMPUTE_LABEL = "eks.amazonaws.com/compute-type";

    private static final Pattern INSTANCE = Pattern.compile(".*/(i-[0-9a-f]+)");

    /** Whether somebody else looks after nodes of that kind. */
    static boolean isForeign(Node node) {
        return "auto".equals(labels(node).get(COMPUTE_LABEL));
    }

    static SgpNode of(Node node, CniNode cniNode) {
        Map<String, String> labels = labels(node);
        List<Feature> features = Optional.ofNullable(cniNode.getSpec())
                .map(CniNode.Spec::features)
                .orElse(List.of());
        boolean ours = Optional.ofNullable(cniNode.getSpec())
                .map(CniNode.Spec::managedBy)
                .map(ManagedBy.VPC_RESOURCE_CONTROLLER::equals)
                .orElse(true);
        boolean asked = labels.containsKey(TRUNK_LABEL)
                || features.stream().anyMatch(feature -> feature.name() == FeatureName.SECURITY_GROUPS_FOR_PODS);
        return new SgpNode(
                node.getMetadata().getName(),
                instanceId(node),
                ours && asked && !isForeign(node) && "linux".equals(labels.get(OS_LABEL)),
                Optional.ofNullable(labels.get(ENI_CONFIG_LABEL))
                        .or(() -> features.stream()
                                .filter(feature -> feature.name() == FeatureName.CUSTOM_NETWORKING)
                                .flatMap(feature -> Optional.ofNullable(feature.value()).stream())
                                .findFirst()));
    }

    static Optional<String> instanceId(Node node) {
        return Optional.ofNullable(node.getSpec())
                .map(spec -> spec.getProviderID())
                .map(INSTANCE::matcher)
                .filter(Matcher::matches)
                .map(matcher -> matcher.group(1));
    }

    static Map<String, String> labels(Node node) {
        @Nullable Map<String, String> labels = node.getMetadata().getLabels();
        return Objects.requireNonNullElse(labels, Map.of());
    }
}
