package io.vpccni.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhook;
import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.testing.Eventually;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Admission over TLS, as the API server is told to ask. */
class WebhooksTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final TestCluster cluster =
            new TestCluster(EmulatorOptions.instant().withNodes(1));

    @AfterEach
    void close() {
        cluster.close();
    }

    @Test
    void aPodOfAPolicyAsksForABranchInterface() throws Exception {
        cluster.start();
        cluster.policy("web", Map.of("app", "web"), cluster.group("web"));

        JsonNode response = Eventually.get(
                "an answer with a patch",
                () -> cluster.ask("/mutate-v1-pod", authority(), review("web")).path("response"),
                answer -> answer.has("patch"));

        assertThat(response.path("allowed").asBoolean()).isTrue();
        assertThat(response.path("uid").asText()).isEqualTo("review-1");
        String patch =
                new String(Base64.getDecoder().decode(response.path("patch").asText()), StandardCharsets.UTF_8);
        assertThat(JSON.readTree(patch))
                .anyMatch(step -> step.path("path")
                        .asText()
                        .equals("/spec/containers/0/resources/limits/vpc.amazonaws.com~1pod-eni"));
        assertThat(cluster.ask("/mutate-v1-pod", authority(), review("other"))
                        .path("response")
                        .has("patch"))
                .isFalse();
    }

    @Test
    void whoeverDoesNotKnowTheAuthorityIsNotServed() throws Exception {
        cluster.start();
        authority();
        String other = Certificate.make(List.of("127.0.0.1"), Instant.now()).authority();

        assertThatThrownBy(() -> cluster.ask("/mutate-v1-pod", other, review("web")))
                .isInstanceOf(SSLException.class);
    }

    @Test
    void whatIsNoReviewIsRefusedWithWords() throws Exception {
        cluster.start();

        assertThatThrownBy(() -> cluster.ask("/mutate-v1-pod", authority(), JSON.readTree("{}")))
                .hasMessageContaining("400: not an AdmissionReview");
        assertThatThrownBy(() -> cluster.ask("/elsewhere", authority(), review("web")))
                .hasMessageContaining("400: no webhook at /elsewhere");
    }

    @Test
    void closedWebhooksAreNarrow() throws Exception {
        cluster.with("VPCCNI_FAIL_CLOSED", "true").start();
        assertThat(mutating().getFailurePolicy()).isEqualTo("Ignore");

        cluster.policy("web", Map.of("app", "web"), cluster.group("web"));

        MutatingWebhook closed = Eventually.get(
                "a webhook that fails",
                this::mutating,
                webhook -> webhook.getFailurePolicy().equals("Fail"));
        assertThat(closed.getNamespaceSelector().getMatchExpressions())
                .singleElement()
                .satisfies(selected -> assertThat(selected.getValues()).containsExactly("shop"));
    }

    @Test
    void aCertificateIsMadeAnewInTimeAndTheOldAuthorityIsTrustedForAWhile() {
        CertificateKeeper first = keeper(NOW);
        Certificate made = first.current();
        assertThat(first.current()).isEqualTo(made);
        assertThat(made.validUntil()).isEqualTo(NOW.plus(Certificate.LIFETIME));

        Certificate next = keeper(NOW.plus(Certificate.LIFETIME).minus(Duration.ofDays(10)))
                .current();

        assertThat(next.chain()).isNotEqualTo(made.chain());
        assertThat(next.authority()).endsWith(made.authority()).isNotEqualTo(made.authority());
        assertThat(next.toString()).doesNotContain("PRIVATE");
    }

    @Test
    void aCertificateOfSomebodyElseIsUsedAndNeverReplaced() {
        Certificate theirs = Certificate.make(List.of("controller.kube-system.svc"), NOW);
        cluster.client()
                .resource(new SecretBuilder()
                        .withNewMetadata()
                        .withName(CertificateKeeper.SECRET)
                        .withNamespace("kube-system")
                        .endMetadata()
                        .withStringData(Map.of())
                        .withData(Map.of(
                                "tls.crt", base64(theirs.chain()),
                                "tls.key", base64(theirs.key()),
                                "ca.crt", base64(theirs.authority())))
                        .build())
                .create();

        assertThat(keeper(NOW.plus(Certificate.LIFETIME)).current()).isEqualTo(theirs);
    }

    private CertificateKeeper keeper(Instant now) {
        return new CertificateKeeper(cluster.ownClient(), "kube-system", List.of("controller"), () -> now);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private MutatingWebhook mutating() throws Exception {
        return Eventually.get(
                        "the mutating webhook",
                        () -> Optional.ofNullable(cluster.client()
                                .admissionRegistration()
                                .v1()
                                .mutatingWebhookConfigurations()
                                .withName("vpc-resource-mutating-webhook")
                                .get()),
                        Optional::isPresent)
                .orElseThrow()
                .getWebhooks()
                .getFirst();
    }

    /** Whom the API server trusts. */
    private String authority() throws Exception {
        mutating();
        Secret secret = Objects.requireNonNull(cluster.client()
                .secrets()
                .inNamespace("kube-system")
                .withName(CertificateKeeper.SECRET)
                .get());
        assertThat(mutating().getClientConfig().getCaBundle())
                .isEqualTo(secret.getData().get("ca.crt"));
        return new String(Base64.getDecoder().decode(secret.getData().get("ca.crt")), StandardCharsets.UTF_8);
    }

    private static JsonNode review(String app) throws Exception {
        return JSON.readTree("""
                {"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"review-1",
                 "namespace":"shop","operation":"CREATE","userInfo":{"username":"somebody"},
                 "object":{"metadata":{"labels":{"app":"%s"}},"spec":{"containers":[{"name":"main"}]}}}}
                """.formatted(app));
    }
}
