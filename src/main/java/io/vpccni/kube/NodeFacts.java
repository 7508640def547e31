package io.vpccni.kube;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Taint;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What the Node object says that matters here. There are facts only when the Node has been read: a Node that cannot be read is
 * no Node without annotations.
 *
 * @param maxPods status.capacity.pods; empty when missing or malformed
 * @param cordoned no new pods are placed here
 * @param eniConfig name of the ENIConfig for new interfaces
 */
public record NodeFacts(OptionalInt maxPods, boolean cordoned, String eniConfig, WarmTargets warmTargets) {

    /** Keys under which a node names its ENIConfig, settable by the user. */
    public record EniConfigKeys(String annotation, String label) {}

    /** The targets of this one node; where one is empty, the environment's counts. */
    public record WarmTargets(
            OptionalInt warmEnis,
            OptionalInt warmAddresses,
            OptionalInt minimumAddresses,
            OptionalInt warmPrefixes,
            OptionalInt maxEnis) {

        public static final WarmTargets NONE = new WarmTargets(
                OptionalInt.empty(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                OptionalInt.empty());
    }

    /**
     * Facts, and what of the Node was not understood.
     *
     * @param complaints one sentence each: key, value, what is accepted
     */
    record Reading(NodeFacts facts, List<String> complaints) {}

    private static final String EXTERNAL_ENI_CONFIG = "vpc.amazonaws.com/externalEniConfig";
    private static final String CORDON = "node.kubernetes.io/unschedulable";

    /** Reads a Node; never fails. */
    static Reading read(Node node, EniConfigKeys keys) {
        Metadata metadata = new Metadata(
                present(node.getMetadata() == null ? null : node.getMetadata().getAnnotations()),
                present(node.getMetadata() == null ? null : node.getMetadata().getLabels()),
                new ArrayList<>());
        NodeFacts facts = new NodeFacts(
                maxPods(node, metadata.complaints()),
                isCordoned(node),
                metadata.eniConfig(keys),
                new WarmTargets(
                        metadata.number("vpccni.io/warm-eni-target", 0),
                        metadata.number("vpccni.io/warm-ip-target", 0),
                        metadata.number("vpccni.io/minimum-ip-target", 0),
                        metadata.number("vpccni.io/warm-prefix-target", 0),
                        metadata.number("vpccni.io/max-eni", 1)));
        return new Reading(facts, List.copyOf(metadata.complaints()));
    }

    private record Metadata(Map<String, String> annotations, Map<String, String> labels, List<String> complaints) {

        String eniConfig(EniConfigKeys keys) {
            return nonEmpty(labels.get(EXTERNAL_ENI_CONFIG))
                    .or(() -> nonEmpty(annotations.get(keys.annotation())))
                    .or(() -> nonEmpty(labels.get(keys.label())))
                    .orElse("default");
        }

        /** The annotation, else the label. A bad annotation does not let the label through: the user meant the annotation. */
        OptionalInt number(String key, int minimum) {
            boolean annotated = annotations.containsKey(key);
            String value = annotated ? annotations.get(key) : labels.get(key);
            if (value == null) {
                return OptionalInt.empty();
            }
            try {
                int number = Integer.parseInt(value);
                if (number >= minimum) {
                    return OptionalInt.of(number);
                }
            } catch (NumberFormatException e) {
                // falls through to the complaint
            }
            complaints.add((annotated ? "annotation " : "label ") + key + "=\"" + value
                    + "\" is not accepted: a whole number of at least " + minimum
                    + "; the value of the environment counts");
            return OptionalInt.empty();
        }

        private static Optional<String> nonEmpty(@Nullable String value) {
            return Optional.ofNullable(value).filter(text -> !text.isEmpty());
        }
    }

    private static OptionalInt maxPods(Node node, List<String> complaints) {
        Quantity pods = node.getStatus() == null
                ? null
                : present(node.getStatus().getCapacity()).get("pods");
        if (pods == null) {
            return OptionalInt.empty();
        }
        try {
            int number = pods.getNumericalAmount().intValueExact();
            if (number > 0) {
                return OptionalInt.of(number);
            }
        } catch (ArithmeticException | IllegalArgumentException | NullPointerException e) {
            // falls through to the complaint
        }
        complaints.add("status.capacity.pods=\"" + pods
                + "\" is not accepted: a whole number of at least 1; the table of instance types counts");
        return OptionalInt.empty();
    }

    private static boolean isCordoned(Node node) {
        List<Taint> taints = node.getSpec() == null ? null : node.getSpec().getTaints();
        return taints != null
                && taints.stream()
                        .anyMatch(taint -> CORDON.equals(taint.getKey()) && "NoSchedule".equals(taint.getEffect()));
    }

    private static <V> Map<String, V> present(@Nullable Map<String, V> map) {
        return map == null ? Map.of() : map;
    }
}
