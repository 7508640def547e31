package io.vpccni.controller;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.smallrye.mutiny.Uni;
import io.vpccni.branch.SecurityGroups;
import io.vpccni.controller.PodAdmission.Verdict;
import io.vpccni.kube.Policies;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

/** Answers AdmissionReviews (admission.k8s.io/v1). */
final class AdmissionReviews {

    static final String MUTATE_POD = "/mutate-v1-pod";
    static final String VALIDATE_POD = "/validate-v1-pod";
    static final String VALIDATE_NODE = "/validate-v1-node";

    private static final int FORBIDDEN = 403;

    private final Policies policies;

    AdmissionReviews(Policies policies) {
        this.policies = policies;
    }

    /** Not ready to answer: the API server then does what the webhook's failure policy says. */
    static final class NotReady extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotReady(String message) {
            super(message);
        }
    }

    /**
     * The review with its response. Fails with {@link NotReady}, and with IllegalArgumentException on what is no review or a path
     * that is not known.
     */
    Uni<JsonNode> answer(String path, JsonNode review) {
        JsonNode request = review.path("request");
        if (!request.isObject() || !request.path("uid").isTextual()) {
            throw new IllegalArgumentException("not an AdmissionReview: it has no request with a uid");
        }
        String user = request.path("userInfo").path("username").asText();
        return switch (path) {
            case MUTATE_POD ->
                groupsOf(request)
                        .map(groups -> PodAdmission.mutate(request.path("object"), groups))
                        .map(verdict -> response(review, verdict));
            case VALIDATE_POD ->
                Uni.createFrom()
                        .item(response(
                                review,
                                PodAdmission.validate(request.path("oldObject"), request.path("object"), user)));
            case VALIDATE_NODE ->
                Uni.createFrom()
                        .item(response(
                                review,
                                NodeAdmission.validate(request.path("oldObject"), request.path("object"), user)));
            default -> throw new IllegalArgumentException("no webhook at " + path);
        };
    }

    private Uni<SecurityGroups> groupsOf(JsonNode request) {
        JsonNode pod = request.path("object");
        if (!PodAdmission.isConcerned(pod)) {
            return Uni.createFrom().item(SecurityGroups.NONE);
        }
        if (!policies.isListed()) {
            throw new NotReady("the SecurityGroupPolicies are not known yet");
        }
        Map<String, String> labels = new HashMap<>();
        pod.path("metadata")
                .path("labels")
                .properties()
                .forEach(label -> labels.put(label.getKey(), label.getValue().asText()));
        return policies.groupsOf(
                request.path("namespace").asText(),
                labels,
                pod.path("spec").path("serviceAccountName").asText("default"));
    }

    private static JsonNode response(JsonNode review, Verdict verdict) {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.put("apiVersion", "admission.k8s.io/v1").put("kind", "AdmissionReview");
        ObjectNode response = answer.putObject("response");
        response.put("uid", review.path("request").path("uid").textValue());
        response.put("allowed", verdict.denial().isEmpty());
        verdict.denial()
                .ifPresent(why ->
                        response.putObject("status").put("code", FORBIDDEN).put("message", why));
        if (!verdict.patch().isEmpty()) {
            response.put("patchType", "JSONPatch");
            response.put(
                    "patch",
                    Base64.getEncoder()
                            .encodeToString(verdict.patch().toString().getBytes(StandardCharsets.UTF_8)));
        }
        if (!verdict.warnings().isEmpty()) {
            verdict.warnings().forEach(response.putArray("warnings")::add);
        }
        return answer;
    }

    /** What a review is answered with whose groups cannot be found out. */
    static JsonNode denied(JsonNode review, String why) {
        return response(review, Verdict.deny(why));
    }
}
