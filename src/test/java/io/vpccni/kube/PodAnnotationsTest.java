package io.vpccni.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PodBuilder;
import io.vpccni.testing.Eventually;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PodAnnotationsTest {

    private static final PodId WEB = new PodId("shop", "web");
    private static final PodId CART = new PodId("shop", "cart");

    private final TestApiServer cluster = new TestApiServer().withPodAnnotations();
    private final PodAnnotations annotations = new PodAnnotations(cluster.open(), new Random(1));

    @AfterEach
    void close() {
        cluster.close();
    }

    @Test
    void theAddressIsWrittenAndEmptiedAfterThePodsEnd() throws Exception {
        create(WEB);

        annotations.write(WEB, "10.0.0.1");
        annotationBecomes(WEB, "10.0.0.1");
        annotations.clear(WEB, "10.0.0.1");
        annotationBecomes(WEB, "");
    }

    @Test
    void anAddressThatSomebodyElseWroteIsNotEmptied() throws Exception {
        create(WEB);
        create(CART);
        annotations.write(WEB, "10.0.0.2");
        annotationBecomes(WEB, "10.0.0.2");

        annotations.clear(WEB, "10.0.0.1");
        annotations.write(CART, "10.0.0.3");

        annotationBecomes(CART, "10.0.0.3");
        assertThat(annotation(WEB)).isEqualTo("10.0.0.2");
        assertThat(cluster.requests("PATCH")).as("the server's word is final").hasSize(3);
    }

    @ParameterizedTest(name = "HTTP {0}")
    @ValueSource(ints = {409, 429, 500, 401})
    void aFailureThatMayPassIsTriedAgain(int status) throws Exception {
        create(WEB);
        cluster.refuse("PATCH", status, 2);

        annotations.write(WEB, "10.0.0.1");

        annotationBecomes(WEB, "10.0.0.1");
        assertThat(cluster.requests("PATCH")).hasSize(3);
    }

    @ParameterizedTest(name = "HTTP {0}")
    @ValueSource(ints = {403, 404, 422})
    void aFailureThatStaysIsNotTriedAgainAndHoldsUpNobody(int status) throws Exception {
        create(WEB);
        create(CART);
        cluster.refuse("PATCH", status, 1);

        annotations.write(WEB, "10.0.0.1");
        annotations.write(CART, "10.0.0.2");

        annotationBecomes(CART, "10.0.0.2");
        assertThat(cluster.requests("PATCH")).hasSize(2);
    }

    @Test
    void whileTheServerIsAwayTheLastWishOfAPodCounts() throws Exception {
        create(WEB);
        cluster.goAway();

        annotations.write(WEB, "10.0.0.1");
        annotations.clear(WEB, "10.0.0.1");
        annotations.write(WEB, "10.0.0.2");
        cluster.comeBack();

        annotationBecomes(WEB, "10.0.0.2");
    }

    @Test
    void whatWaitsIsBounded() {
        cluster.goAway();

        for (int pod = 0; pod < PodAnnotations.MOST + 100; pod++) {
            annotations.write(new PodId("shop", "p" + pod), "10.0.0.1");
        }

        assertThat(annotations.dropped()).isBetween(99L, 100L);
    }

    private void create(PodId pod) {
        cluster.create(new PodBuilder()
                .withNewMetadata()
                .withNamespace(pod.namespace())
                .withName(pod.name())
                .endMetadata()
                .build());
    }

    private void annotationBecomes(PodId pod, String value) throws Exception {
        Eventually.is(value, "annotation", () -> annotation(pod));
    }

    private String annotation(PodId pod) {
        return cluster.client()
                .pods()
                .inNamespace(pod.namespace())
                .withName(pod.name())
                .get()
                .getMetadata()
                .getAnnotations()
                .getOrDefault("vpc.amazonaws.com/pod-ips", "(none)");
    }
}
