package io.vpccni.kube;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vpccni.kube.crd.CniNode;
import io.vpccni.vpc.MacAddress;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * The CNINode named like this node: in its spec the node asks for what it needs, in its status the controller says what there is.
 * It is read as plain JSON, so that features which only others know are kept.
 */
public final class OwnCniNode {

    private static final Logger LOG = Logger.getLogger(OwnCniNode.class);

    private static final ResourceDefinitionContext DEFINITION =
            ResourceDefinitionContext.fromResourceType(CniNode.class);

    private static final int CONFLICT = 409;

    private final ApiServer server;
    private final String name;

    public OwnCniNode(ApiServer server, String name) {
        this.server = server;
        this.name = name;
    }

    /** What the object says, whenever it is another thing. */
    public record Said(boolean exists, JsonNode features, Optional<MacAddress> trunk) {

        static final Said NOTHING = new Said(false, JsonNodeFactory.instance.arrayNode(), Optional.empty());

        static Said of(GenericKubernetesResource object) {
            JsonNode root = Serialization.jsonMapper().valueToTree(object);
            return new Said(
                    true,
                    root.path("spec").path("features"),
                    mac(root.path("status")
                            .path("trunkInterface")
                            .path("macAddress")
                            .asText("")));
        }

        private static Optional<MacAddress> mac(String text) {
            try {
                return text.isEmpty() ? Optional.empty() : Optional.of(new MacAddress(text));
            } catch (IllegalArgumentException e) {
                LOG.warnf("the trunk's MAC address in the status of the CNINode is \"%s\"; EC2 is asked instead", text);
                return Optional.empty();
            }
        }
    }

    /** Never ends; silent while the API server is away or has no CNINodes. */
    public Multi<Said> changes() {
        return server.<GenericKubernetesResource>watch(
                        "the CNINode " + name,
                        client -> client.genericKubernetesResources(DEFINITION).withField("metadata.name", name))
                .map(OwnCniNode::said)
                .skip()
                .repetitions();
    }

    private static Said said(Seen<GenericKubernetesResource> seen) {
        return switch (seen) {
            case Seen.All<GenericKubernetesResource> all ->
                all.objects().stream().findFirst().map(Said::of).orElse(Said.NOTHING);
            case Seen.Changed<GenericKubernetesResource> changed -> Said.of(changed.object());
            case Seen.Gone<GenericKubernetesResource> _ -> Said.NOTHING;
        };
    }

    /**
     * Adds to the object that the node wants a trunk, unless it says so already; answers whether it does by then. Features of others
     * stay, and if somebody changes the object meanwhile nothing is written.
     *
     * @param eniConfig with custom networking, what branch interfaces are made by
     */
    public Uni<Boolean> askForTrunk(Optional<String> eniConfig) {
        return server.call(client -> ask(client, eniConfig))
                .onFailure(OwnCniNode::isConflict)
                .recoverWithItem(false);
    }

    private boolean ask(KubernetesClient client, Optional<String> eniConfig) {
        GenericKubernetesResource found =
                client.genericKubernetesResources(DEFINITION).withName(name).get();
        if (found == null) {
            return false;
        }
        JsonNode features = Said.of(found).features();
        ArrayNode wanted = withFeatures(features, eniConfig);
        if (wanted.equals(features)) {
            return true;
        }
        ObjectNode patch = JsonNodeFactory.instance.objectNode();
        patch.putObject("metadata").put("resourceVersion", found.getMetadata().getResourceVersion());
        patch.putObject("spec").set("features", wanted);
        client.genericKubernetesResources(DEFINITION)
                .withName(name)
                .patch(PatchContext.of(PatchType.JSON_MERGE), patch.toString());
        LOG.infof("asked in CNINode %s for %s", name, wanted);
        return true;
    }

    private static boolean isConflict(Throwable failure) {
        return ApiServer.status(failure) == CONFLICT;
    }

    /** Whether that ENIConfig's name stands there; without custom networking none has to. */
    public static boolean names(Said said, Optional<String> eniConfig) {
        return eniConfig
                .map(OwnCniNode::customNetworking)
                .filter(wanted -> !contains(said.features(), wanted))
                .isEmpty();
    }

    private static boolean contains(JsonNode features, JsonNode wanted) {
        for (JsonNode feature : features) {
            if (feature.equals(wanted)) {
                return true;
            }
        }
        return false;
    }

    private static ObjectNode customNetworking(String eniConfig) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("name", CniNode.CUSTOM_NETWORKING_WORD)
                .put("value", eniConfig);
    }

    /** Whether nothing has to be added. */
    public static boolean asks(Said said, Optional<String> eniConfig) {
        return withFeatures(said.features(), eniConfig).equals(said.features());
    }

    /** Custom networking comes first: a controller that sees the other one makes the trunk at once. */
    static ArrayNode withFeatures(JsonNode found, Optional<String> eniConfig) {
        ArrayNode features = JsonNodeFactory.instance.arrayNode();
        found.forEach(features::add);
        eniConfig.map(OwnCniNode::customNetworking).ifPresent(wanted -> put(features, wanted));
        if (indexOf(features, CniNode.SECURITY_GROUPS_FOR_PODS_WORD) < 0) {
            features.add(JsonNodeFactory.instance.objectNode().put("name", CniNode.SECURITY_GROUPS_FOR_PODS_WORD));
        }
        return features;
    }

    private static void put(ArrayNode features, ObjectNode wanted) {
        int index = indexOf(features, wanted.path("name").asText());
        if (index < 0) {
            features.insert(0, wanted);
        } else {
            features.set(index, wanted);
        }
    }

    private static int indexOf(ArrayNode features, String name) {
        for (int index = 0; index < features.size(); index++) {
            if (features.get(index).path("name").asText().equals(name)) {
                return index;
            }
        }
        return -1;
    }
}
