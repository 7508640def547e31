package io.vpccni.kube;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.smallrye.mutiny.Uni;
import io.vpccni.kube.crd.CniNode;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What the controller writes of nodes: how many branch interfaces they can have, and which they have. */
public final class SgpNodes {

    private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);

    private static final int NOT_FOUND = 404;

    private final ApiServer server;

    public SgpNodes(ApiServer server) {
        this.server = server;
    }

    /**
     * Offers {@code branches} to the scheduler: capacity, and allocatable too, which the kubelet would copy only at its next
     * report. Writes nothing where that stands there already.
     */
    public Uni<Void> offer(String node, int branches) {
        return server.call(client -> {
                    Node found = client.nodes().withName(node).get();
                    if (found == null
                            || (offers(found.getStatus().getCapacity(), branches)
                                    && offers(found.getStatus().getAllocatable(), branches))) {
                        return null;
                    }
                    return client.nodes().withName(node).subresource("status").patch(MERGE, offerPatch(branches));
                })
                .replaceWithVoid();
    }

    private static boolean offers(@Nullable Map<String, Quantity> resources, int branches) {
        Quantity found = Objects.requireNonNullElse(resources, Map.<String, Quantity>of())
                .get(BranchAnnotation.KEY);
        return found != null && found.getNumericalAmount().intValue() == branches;
    }

    private static String offerPatch(int branches) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        ObjectNode status = root.putObject("status");
        status.putObject("capacity").put(BranchAnnotation.KEY, Integer.toString(branches));
        status.putObject("allocatable").put(BranchAnnotation.KEY, Integer.toString(branches));
        return root.toString();
    }

    /** Keeps the trunk and its branches in the status of the node's CNINode; where there is none, nobody needs to know. */
    public Uni<Void> keep(String node, TrunkRecord trunk) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.set("status", Serialization.jsonMapper().valueToTree(trunk.toStatus()));
        return server.call(client -> client.resources(CniNode.class)
                        .withName(node)
                        .subresource("status")
                        .patch(MERGE, root.toString()))
                .replaceWithVoid()
                .onFailure(failure -> ApiServer.status(failure) == NOT_FOUND)
                .recoverWithNull();
    }
}
