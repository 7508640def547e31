package io.vpccni.extension.deployment;

import io.dekorate.kubernetes.decorator.Decorator;
import io.dekorate.kubernetes.decorator.ResourceProvidingDecorator;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesListBuilder;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.kubernetes.spi.DecoratorBuildItem;

/**
 * Drops the Deployment that Quarkus generates beside the DaemonSet of {@code src/main/kubernetes}, which has been filled with
 * image, environment and probes by then. Quarkus knows no DaemonSet kind of its own.
 */
class DaemonSetProcessor {

    @BuildStep
    DecoratorBuildItem dropDeployment() {
        return new DecoratorBuildItem("kubernetes", new DropDeployment());
    }

    private static final class DropDeployment extends ResourceProvidingDecorator<KubernetesListBuilder> {

        @Override
        public void visit(KubernetesListBuilder list) {
            list.removeMatchingFromItems(item -> item.build() instanceof HasMetadata resource
                    && resource.getKind().equals("Deployment"));
        }

        /** After everything else, so that nothing puts it back. */
        @Override
        @SuppressWarnings("unchecked") // an array of a generic class cannot be made otherwise
        public Class<? extends Decorator<?>>[] after() {
            return new Class[] {Decorator.class};
        }
    }
}
