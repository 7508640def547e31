package io.vpccni.controller;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfigurationBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.RuleWithOperations;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.RuleWithOperationsBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhook;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookConfigurationBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.WebhookClientConfig;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.WebhookClientConfigBuilder;
import io.vpccni.config.ControllerSettings.WebhookSettings;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collection;
import java.util.Map;

/**
 * How the API server is told whom to ask.
 *
 * @param namespace of the Service
 * @param authority whom the API server has to trust, PEM
 * @param closed namespaces whose pods are refused while no controller answers; empty for none: then pods pass unmarked, as with
 *     the reference
 */
record WebhookConfigurations(WebhookSettings settings, String namespace, String authority, Collection<String> closed) {

    static final String MUTATING = "vpc-resource-mutating-webhook";
    static final String VALIDATING = "vpc-resource-validating-webhook";

    /** By which we know our own. */
    static final Map<String, String> OURS = Map.of("app.kubernetes.io/managed-by", "vpccni-controller");

    private static final String NAMESPACE_NAME = "kubernetes.io/metadata.name";

    MutatingWebhookConfiguration mutating() {
        return new MutatingWebhookConfigurationBuilder()
                .withNewMetadata()
                .withName(MUTATING)
                .withLabels(OURS)
                .endMetadata()
                .addNewWebhook()
                .withName("mpod.vpc.k8s.aws")
                .withAdmissionReviewVersions("v1")
                .withSideEffects("None")
                .withMatchPolicy("Equivalent")
                .withFailurePolicy(closed.isEmpty() ? "Ignore" : "Fail")
                .withNamespaceSelector(selected())
                .withClientConfig(asked(AdmissionReviews.MUTATE_POD))
                .withRules(rule("pods", "CREATE"))
                .endWebhook()
                .build();
    }

    /** Where the webhook is strict it has to be narrow: a cluster without a controller must be able to start one. */
    private LabelSelector selected() {
        return closed.isEmpty()
                ? new LabelSelector()
                : new LabelSelectorBuilder()
                        .addNewMatchExpression()
                        .withKey(NAMESPACE_NAME)
                        .withOperator("In")
                        .withValues(closed.stream().sorted().toList())
                        .endMatchExpression()
                        .build();
    }

    ValidatingWebhookConfiguration validating() {
        return new ValidatingWebhookConfigurationBuilder()
                .withNewMetadata()
                .withName(VALIDATING)
                .withLabels(OURS)
                .endMetadata()
                .withWebhooks(
                        validating("vpod.vpc.k8s.aws", AdmissionReviews.VALIDATE_POD, rule("pods", "CREATE", "UPDATE")),
                        validating("vnode.vpc.k8s.aws", AdmissionReviews.VALIDATE_NODE, rule("nodes", "UPDATE")))
                .build();
    }

    private ValidatingWebhook validating(String name, String path, RuleWithOperations rule) {
        return new ValidatingWebhookBuilder()
                .withName(name)
                .withAdmissionReviewVersions("v1")
                .withSideEffects("None")
                .withMatchPolicy("Equivalent")
                .withFailurePolicy("Ignore")
                .withClientConfig(asked(path))
                .withRules(rule)
                .build();
    }

    private static RuleWithOperations rule(String resources, String... operations) {
        return new RuleWithOperationsBuilder()
                .withApiGroups("")
                .withApiVersions("v1")
                .withResources(resources)
                .withOperations(operations)
                .withScope("*")
                .build();
    }

    private WebhookClientConfig asked(String path) {
        WebhookClientConfigBuilder client = new WebhookClientConfigBuilder()
                .withCaBundle(Base64.getEncoder().encodeToString(authority.getBytes(StandardCharsets.UTF_8)));
        return settings.url()
                .map(url -> client.withUrl(url + path).build())
                .orElseGet(() -> client.withNewService(settings.service(), namespace, path, 443)
                        .build());
    }
}
