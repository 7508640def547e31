package io.vpccni.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vpccni.testing.Eventually;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OwnPodsTest {

    private final TestApiServer cluster = new TestApiServer();
    private final ApiServer server = cluster.open();
    private final OwnPods pods = new OwnPods(server, "node-1");
    private final List<Set<PodId>> told = new CopyOnWriteArrayList<>();
    private final Cancellable watching = pods.demand().subscribe().with(told::add);

    @AfterEach
    void close() {
        watching.cancel();
        cluster.close();
    }

    @Test
    void aScheduledPodIsDemandUntilItHasAnAddress() throws Exception {
        cluster.create(pod("a"));
        demandBecomes("a");

        cluster.client()
                .pods()
                .inNamespace("shop")
                .withName("a")
                .edit(pod -> new PodBuilder(pod)
                        .editOrNewStatus()
                        .withPodIP("10.0.0.1")
                        .endStatus()
                        .build());
        demandBecomes();
        assertThat(pods.uidOf(new PodId("shop", "a"))).isPresent();

        cluster.client().pods().inNamespace("shop").withName("a").delete();
        Eventually.get("the end of the pod", () -> pods.uidOf(new PodId("shop", "a")), uid -> uid.isEmpty());
    }

    @Test
    void onlyPodsOfThisNodeAreAskedFor() throws Exception {
        cluster.create(pod("a"));
        demandBecomes("a");

        assertThat(cluster.requests("GET /api/v1/pods"))
                .isNotEmpty()
                .allMatch(request -> request.contains("fieldSelector=spec.nodeName%3Dnode-1"));
    }

    @Test
    void aLostServerIsSaidOnceAndItsListReplacesWhatWasKnown() throws Exception {
        cluster.create(pod("a"));
        cluster.create(pod("b"));
        demandBecomes("a", "b");

        cluster.goAway();
        Eventually.get("the loss", server::troubles, troubles -> troubles.containsKey("the API server"));
        cluster.comeBack();
        cluster.client().pods().inNamespace("shop").withName("b").delete();
        cluster.create(pod("c"));

        demandBecomes("a", "c");
        assertThat(server.troubles()).isEmpty();
    }

    @Test
    void aServerThatRefusesUsIsTriedAgain() throws Exception {
        cluster.create(pod("a"));
        demandBecomes("a");
        cluster.refuse("GET", 401, 2).goAway();
        cluster.comeBack();
        Eventually.get(
                "the refusal",
                () -> server.troubles().getOrDefault("the API server", ""),
                words -> words.contains("Unauthorized"));
        cluster.client().pods().inNamespace("shop").withName("a").delete();
        cluster.create(pod("b"));

        demandBecomes("b");
    }

    private void demandBecomes(String... names) throws Exception {
        Set<PodId> wanted =
                Arrays.stream(names).map(name -> new PodId("shop", name)).collect(Collectors.toSet());
        Eventually.get(
                "demand " + wanted,
                () -> List.copyOf(told),
                all -> !all.isEmpty() && all.getLast().equals(wanted));
    }

    private static Pod pod(String name) {
        return new PodBuilder()
                .withNewMetadata()
                .withNamespace("shop")
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .withNodeName("node-1")
                .endSpec()
                .build();
    }
}
