package io.vpccni.controller;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Cleaner;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.DeleteControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.javaoperatorsdk.operator.processing.retry.GradualRetry;
import io.vpccni.ec2.TrunkCalls;
import io.vpccni.kube.TrunkRecord;
import io.vpccni.kube.crd.CniNode;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * A CNINode that asks for security groups for pods gets a trunk. While its Node lives nothing is torn down, whatever the object
 * says: a signal that is missing is not a wish. When the Node is gone, the object stays until the interfaces of its instance are.
 */
@ControllerConfiguration(name = "cninode", finalizerName = CniNode.FINALIZER)
@GradualRetry(maxAttempts = -1, initialInterval = 1_000, maxInterval = 60_000)
final class CniNodeReconciler implements Reconciler<CniNode>, Cleaner<CniNode> {

    private static final Logger LOG = Logger.getLogger(CniNodeReconciler.class);

    /** A trunk takes half a minute at most. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** What is being waited for comes within moments. */
    private static final Duration SOON = Duration.ofMillis(250);

    /** Somebody has to change something first. */
    private static final Duration AFTER_IMPOSSIBLE = Duration.ofMinutes(5);

    /** Branches of a gone instance rest before they are deleted. */
    private static final Duration CLEAN_UP_PAUSE = Duration.ofSeconds(10);

    private final ControllerRole role;

    CniNodeReconciler(ControllerRole role) {
        this.role = role;
    }

    @Override
    public List<EventSource<?, CniNode>> prepareEventSources(EventSourceContext<CniNode> context) {
        return List.of(new InformerEventSource<>(
                InformerEventSourceConfiguration.from(Node.class, CniNode.class)
                        .withSecondaryToPrimaryMapper(found ->
                                Set.of(new ResourceID(found.getMetadata().getName())))
                        .build(),
                context));
    }

    @Override
    public UpdateControl<CniNode> reconcile(CniNode cniNode, Context<CniNode> context) {
        Optional<Node> node = context.getSecondaryResource(Node.class);
        if (node.isEmpty()) {
            return UpdateControl.noUpdate();
        }
        Map<String, String> tags = complete(cniNode, node.get(), context);
        SgpNode wish = SgpNode.of(node.get(), cniNode);
        if (!wish.wanted()) {
            return UpdateControl.noUpdate();
        }
        try {
            role.serve(wish, TrunkRecord.of(cniNode), tags).await().atMost(PATIENCE);
            return UpdateControl.noUpdate();
        } catch (ControllerRole.NotYet e) {
            return UpdateControl.<CniNode>noUpdate().rescheduleAfter(SOON);
        } catch (TrunkMaker.Impossible e) {
            LOG.warnf("node %s has no trunk: %s", wish.name(), e.getMessage());
            role.notServed(wish.name(), e);
            return UpdateControl.<CniNode>noUpdate().rescheduleAfter(AFTER_IMPOSSIBLE);
        } catch (RuntimeException e) {
            role.notServed(wish.name(), e);
            throw e;
        }
    }

    /** Adds the tags and the label that every CNINode has. Returns the tags. */
    private Map<String, String> complete(CniNode cniNode, Node node, Context<CniNode> context) {
        Map<String, String> tags = new HashMap<>(
                Optional.ofNullable(cniNode.getSpec()).map(CniNode.Spec::tags).orElse(Map.of()));
        Map<String, String> labels =
                Objects.requireNonNullElse(cniNode.getMetadata().getLabels(), Map.<String, String>of());
        Map<String, String> ours = role.tagsOf(SgpNode.instanceId(node));
        Map<String, String> label = NodeReconciler.osLabel(node);
        if (!tags.entrySet().containsAll(ours.entrySet()) || !labels.entrySet().containsAll(label.entrySet())) {
            ObjectNode patch = JsonNodeFactory.instance.objectNode();
            ObjectNode labelsPatch = patch.putObject("metadata").putObject("labels");
            label.forEach(labelsPatch::put);
            ObjectNode tagsPatch = patch.putObject("spec").putObject("tags");
            ours.forEach(tagsPatch::put);
            context.getClient()
                    .resources(CniNode.class)
                    .withName(cniNode.getMetadata().getName())
                    .patch(PatchContext.of(PatchType.JSON_MERGE), patch.toString());
        }
        tags.putAll(ours);
        return tags;
    }

    @Override
    public DeleteControl cleanup(CniNode cniNode, Context<CniNode> context) {
        Optional<String> instance = Optional.ofNullable(cniNode.getSpec())
                .map(CniNode.Spec::tags)
                .map(tags -> tags.get(TrunkCalls.INSTANCE_TAG));
        boolean nodeLives = context.getSecondaryResource(Node.class)
                .filter(node -> instance.isEmpty() || SgpNode.instanceId(node).equals(instance))
                .isPresent();
        if (nodeLives || instance.isEmpty()) {
            // Somebody deleted it by hand: it is made anew with what it asked for, and what is served stays served.
            Optional.ofNullable(cniNode.getSpec())
                    .map(CniNode.Spec::features)
                    .ifPresent(
                            features -> role.keepFeatures(cniNode.getMetadata().getName(), features));
            return DeleteControl.defaultDelete();
        }
        role.gone(cniNode.getMetadata().getName(), instance.get()).await().atMost(PATIENCE);
        return role.isServed(instance.get())
                ? DeleteControl.noFinalizerRemoval().rescheduleAfter(CLEAN_UP_PAUSE)
                : DeleteControl.defaultDelete();
    }
}
