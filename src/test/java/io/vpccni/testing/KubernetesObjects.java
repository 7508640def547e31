package io.vpccni.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.List;

/** Objects as Kubernetes' types have them. */
public final class KubernetesObjects {

    private static final KubernetesSerialization TYPES = new KubernetesSerialization();

    /** Without the places where Kubernetes' types keep fields that they do not know. */
    private static final ObjectMapper STRICT = new ObjectMapper()
            .setAnnotationIntrospector(new JacksonAnnotationIntrospector() {
                private static final long serialVersionUID = 1L;

                @Override
                public Boolean hasAnySetter(Annotated annotated) {
                    return false;
                }
            })
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    private KubernetesObjects() {}

    /** Passes custom resources, whose types nobody knows here. */
    public static void assertKnownFields(JsonNode object) {
        Class<?> type = TYPES.getRegisteredKubernetesResource(
                object.path("apiVersion").asText(), object.path("kind").asText());
        if (type != null) {
            try {
                STRICT.treeToValue(object, type);
            } catch (JsonProcessingException e) {
                throw new AssertionError(object.toPrettyString(), e);
            }
        }
    }

    /** For a client. */
    public static GenericKubernetesResource generic(JsonNode object) {
        return TYPES.convertValue(object, GenericKubernetesResource.class);
    }

    /** Applies each as {@code kubectl apply --server-side} does, and then each again. */
    public static void applyTwice(KubernetesClient cluster, List<JsonNode> objects) {
        for (int time = 1; time <= 2; time++) {
            for (JsonNode object : objects) {
                HasMetadata applied = cluster.resource(generic(object)).serverSideApply();
                assertThat(applied.getMetadata().getUid()).isNotEmpty();
            }
        }
    }
}
