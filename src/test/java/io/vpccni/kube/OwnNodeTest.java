package io.vpccni.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vpccni.kube.NodeFacts.EniConfigKeys;
import io.vpccni.testing.Eventually;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OwnNodeTest {

    private final TestApiServer cluster = new TestApiServer();
    private final ApiServer server = cluster.open();
    private final List<NodeFacts> told = new CopyOnWriteArrayList<>();
    private final Cancellable watching = new OwnNode(server, "node-1", new EniConfigKeys("a", "l"))
            .changes()
            .subscribe()
            .with(told::add);

    @AfterEach
    void close() {
        watching.cancel();
        cluster.close();
    }

    @Test
    void changesThatMatterAreToldOnce() throws Exception {
        cluster.create(node("node-2")
                .editStatus()
                .addToCapacity("pods", new Quantity("11"))
                .endStatus()
                .build());
        cluster.create(node("node-1").build());
        factsBecome(29, "");

        edit(node -> node.editMetadata().addToLabels("colour", "blue").endMetadata());
        edit(node -> node.editMetadata()
                .addToAnnotations("vpccni.io/warm-ip-target", "4")
                .endMetadata());
        factsBecome(29, "4");

        assertThat(told).as("the colour is nobody's business here").hasSize(2);
    }

    @Test
    void theNodeIsReadAgainAfterALoss() throws Exception {
        cluster.create(node("node-1").build());
        factsBecome(29, "");

        cluster.goAway();
        Eventually.get("the loss", server::troubles, troubles -> !troubles.isEmpty());
        cluster.comeBack();
        edit(node -> node.editMetadata()
                .addToAnnotations("vpccni.io/warm-ip-target", "5")
                .endMetadata());

        factsBecome(29, "5");
        assertThat(server.troubles()).isEmpty();
    }

    @Test
    void aNodeThatMayNotBeReadIsNamedAndTheServerIsNotCalledLost() throws Exception {
        cluster.create(node("node-1").build());
        factsBecome(29, "");
        cluster.refuse("GET", 403, 3).goAway();
        cluster.comeBack();

        Eventually.get("the refusal", server::troubles, troubles -> troubles.containsKey("the Node node-1"));
        Eventually.get("the end of it", server::troubles, troubles -> troubles.isEmpty());
    }

    private void factsBecome(int maxPods, String warmAddresses) throws Exception {
        OptionalInt warm =
                warmAddresses.isEmpty() ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(warmAddresses));
        Eventually.get(
                "facts",
                () -> List.copyOf(told),
                all -> !all.isEmpty()
                        && all.getLast().maxPods().equals(OptionalInt.of(maxPods))
                        && all.getLast().warmTargets().warmAddresses().equals(warm));
    }

    private void edit(UnaryOperator<NodeBuilder> change) {
        cluster.client()
                .nodes()
                .withName("node-1")
                .edit(node -> change.apply(new NodeBuilder(node)).build());
    }

    private static NodeBuilder node(String name) {
        Node node = new NodeBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .withNewStatus()
                .addToCapacity("pods", new Quantity("29"))
                .endStatus()
                .build();
        return new NodeBuilder(node);
    }
}
