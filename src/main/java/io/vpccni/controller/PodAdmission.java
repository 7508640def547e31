package io.vpccni.controller;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vpccni.branch.SecurityGroups;
import io.vpccni.kube.BranchAnnotation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What becomes of a pod as it is admitted. Works on the objects as JSON, so that fields of newer API servers pass.
 *
 * <p>Which groups a pod gets is decided elsewhere; this only marks it, so that the scheduler counts its interface.
 */
final class PodAdmission {

    static final String FARGATE_LABEL = "eks.amazonaws.com/fargate-profile";
    static final String FARGATE_ANNOTATION = "fargate.amazonaws.com/pod-sg";

    /** EC2 allows so many groups on an interface, unless the account's quota is raised. */
    static final int USUAL_GROUPS = 5;

    /** EC2 raises the quota to this number and no further. */
    static final int MOST_GROUPS = 16;

    private static final List<String> OS_LABELS = List.of("kubernetes.io/os", "beta.kubernetes.io/os");

    /** Who may write the annotation: controllers, by the names that the reference knows. */
    static final Set<String> CONTROLLERS = Set.of(
            "system:serviceaccount:kube-system:vpc-resource-controller",
            "system:serviceaccount:kube-system:eks-vpc-resource-controller",
            "eks:vpc-resource-controller");

    private PodAdmission() {}

    /**
     * An answer to the API server.
     *
     * @param denial why not; empty when the object may pass
     * @param patch a JSON patch; empty for none
     * @param warnings for whoever sent the object
     */
    record Verdict(Optional<String> denial, ArrayNode patch, List<String> warnings) {
        static final Verdict PASS = new Verdict(Optional.empty(), empty(), List.of());

        static Verdict deny(String why) {
            return new Verdict(Optional.of(why), empty(), List.of());
        }

        static ArrayNode empty() {
            return JsonNodeFactory.instance.arrayNode();
        }
    }

    /** Whether a policy could matter for the pod at all. */
    static boolean isConcerned(JsonNode pod) {
        return !pod.path("spec").path("hostNetwork").asBoolean() && !isWindows(pod);
    }

    private static boolean isWindows(JsonNode pod) {
        return OS_LABELS.stream()
                .anyMatch(label -> "windows"
                        .equals(pod.path("spec")
                                .path("nodeSelector")
                                .path(label)
                                .asText()));
    }

    /** Marks a new pod that gets these groups. */
    static Verdict mutate(JsonNode pod, SecurityGroups groups) {
        if (!isConcerned(pod)) {
            return Verdict.PASS;
        }
        if (pod.path("metadata").path("labels").has(FARGATE_LABEL)) {
            return new Verdict(Optional.empty(), fargate(pod, groups), List.of());
        }
        if (groups.isEmpty()) {
            return Verdict.PASS;
        }
        if (groups.ids().size() > MOST_GROUPS) {
            return Verdict.deny(
                    "SecurityGroupPolicies give the pod " + groups.ids().size()
                            + " security groups, and an interface takes " + MOST_GROUPS + " at most: " + groups);
        }
        ArrayNode patch = Verdict.empty();
        JsonNode resources = pod.path("spec").path("containers").path(0).path("resources");
        if (resources.isMissingNode()) {
            add(patch, "/spec/containers/0/resources").putObject("value");
        }
        for (String kind : List.of("limits", "requests")) {
            String path = "/spec/containers/0/resources/" + kind;
            if (!resources.has(kind)) {
                add(patch, path).putObject("value");
            }
            add(patch, path + "/" + escaped(BranchAnnotation.KEY)).put("value", "1");
        }
        return new Verdict(Optional.empty(), patch, warnings(groups));
    }

    private static List<String> warnings(SecurityGroups groups) {
        return groups.ids().size() > USUAL_GROUPS
                ? List.of("SecurityGroupPolicies give the pod " + groups.ids().size()
                        + " security groups; without a raised quota EC2 allows " + USUAL_GROUPS + " on an interface")
                : List.of();
    }

    private static ObjectNode add(ArrayNode patch, String path) {
        return patch.addObject().put("op", "add").put("path", path);
    }

    private static ArrayNode fargate(JsonNode pod, SecurityGroups groups) {
        ArrayNode patch = Verdict.empty();
        JsonNode annotations = pod.path("metadata").path("annotations");
        String path = "/metadata/annotations/" + escaped(FARGATE_ANNOTATION);
        if (!groups.isEmpty()) {
            if (!annotations.isObject()) {
                add(patch, "/metadata/annotations").putObject("value");
            }
            add(patch, path).put("value", groups.toString());
        } else if (annotations.has(FARGATE_ANNOTATION)) {
            patch.addObject().put("op", "remove").put("path", path);
        }
        return patch;
    }

    private static String escaped(String key) {
        return key.replace("~", "~0").replace("/", "~1");
    }

    /**
     * Guards the annotations, by which whoever writes them chooses a pod's network.
     *
     * @param before the pod as it was; missing for a new one
     */
    static Verdict validate(JsonNode before, JsonNode pod, String user) {
        List<String> refusals = new ArrayList<>();
        if (!before.isObject()) {
            if (annotation(pod, BranchAnnotation.KEY).isPresent()) {
                refusals.add("a new pod may not carry the annotation " + BranchAnnotation.KEY
                        + ": the controller writes it");
            }
        } else {
            if (!annotation(before, FARGATE_ANNOTATION).equals(annotation(pod, FARGATE_ANNOTATION))) {
                refusals.add("the annotation " + FARGATE_ANNOTATION + " may not be changed");
            }
            if (!annotation(before, BranchAnnotation.KEY).equals(annotation(pod, BranchAnnotation.KEY))
                    && !CONTROLLERS.contains(user)) {
                refusals.add("the annotation " + BranchAnnotation.KEY
                        + " may be changed by the controller only, not by " + user);
            }
        }
        return refusals.isEmpty() ? Verdict.PASS : Verdict.deny(String.join("; ", refusals));
    }

    private static Optional<String> annotation(JsonNode pod, String key) {
        return Optional.ofNullable(
                pod.path("metadata").path("annotations").path(key).textValue());
    }
}
