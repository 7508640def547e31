package io.vpccni.controller;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.javaoperatorsdk.operator.processing.retry.GradualRetry;
import io.vpccni.kube.crd.CniNode;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Every Node has a CNINode: where the daemon says what it needs, and the controller what it has made. */
@ControllerConfiguration(name = "node")
@GradualRetry(maxAttempts = -1, initialInterval = 1_000, maxInterval = 60_000)
final class NodeReconciler implements Reconciler<Node> {

    private static final int ALREADY_EXISTS = 409;

    private final ControllerRole role;

    NodeReconciler(ControllerRole role) {
        this.role = role;
    }

    @Override
    public List<EventSource<?, Node>> prepareEventSources(EventSourceContext<Node> context) {
        return List.of(new InformerEventSource<>(
                InformerEventSourceConfiguration.from(CniNode.class, Node.class)
                        .withSecondaryToPrimaryMapper(found ->
                                Set.of(new ResourceID(found.getMetadata().getName())))
                        .build(),
                context));
    }

    @Override
    public UpdateControl<Node> reconcile(Node node, Context<Node> context) {
        if (!SgpNode.isForeign(node)
                && node.getMetadata().getDeletionTimestamp() == null
                && context.getSecondaryResource(CniNode.class).isEmpty()) {
            create(context.getClient(), node);
        }
        return UpdateControl.noUpdate();
    }

    private void create(KubernetesClient client, Node node) {
        CniNode made = new CniNode();
        made.setMetadata(new ObjectMetaBuilder()
                .withName(node.getMetadata().getName())
                .withLabels(osLabel(node))
                .withFinalizers(CniNode.FINALIZER)
                .withOwnerReferences(new OwnerReferenceBuilder()
                        .withApiVersion("v1")
                        .withKind("Node")
                        .withName(node.getMetadata().getName())
                        .withUid(node.getMetadata().getUid())
                        .withController(true)
                        .build())
                .build());
        made.setSpec(new CniNode.Spec(
                role.keptFeatures(node.getMetadata().getName()).orElse(null),
                role.tagsOf(SgpNode.instanceId(node)),
                null));
        try {
            client.resource(made).create();
        } catch (KubernetesClientException e) {
            if (e.getCode() != ALREADY_EXISTS) {
                throw e;
            }
        }
    }

    static Map<String, String> osLabel(Node node) {
        String os = SgpNode.labels(node).get(SgpNode.OS_LABEL);
        return os == null ? Map.of() : Map.of(SgpNode.OS_LABEL, os);
    }
}
