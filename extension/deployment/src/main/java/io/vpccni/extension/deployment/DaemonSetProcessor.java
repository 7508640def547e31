package io.vpccni.extension.deployment;

import io.dekorate.kubernetes.decorator.AddInitContainerDecorator;
import io.dekorate.kubernetes.decorator.ApplyImageDecorator;
import io.dekorate.kubernetes.decorator.ApplyImagePullPolicyDecorator;
import io.dekorate.kubernetes.decorator.Decorator;
import io.dekorate.kubernetes.decorator.ResourceProvidingDecorator;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesListBuilder;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.kubernetes.spi.DecoratorBuildItem;
import java.util.List;

/**
 * Drops the Deployment that Quarkus generates beside the DaemonSet of {@code src/main/kubernetes}, which has been filled with
 * image, environment and probes by then. Quarkus knows no DaemonSet kind of its own. Init containers that name no image get
 * that of the daemon, since there is one image for all programs.
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

    @BuildStep
    DecoratorBuildItem shareImage() {
        return new DecoratorBuildItem("kubernetes", new ShareImage());
    }

    private static final class ShareImage extends Decorator<PodSpecBuilder> {

        @Override
        public void visit(PodSpecBuilder pod) {
            Container daemon = pod.buildFirstContainer();
            List<Container> complete = pod.buildInitContainers().stream()
                    .map(container -> container.getImage() != null
                            ? container
                            : new ContainerBuilder(container)
                                    .withImage(daemon.getImage())
                                    .withImagePullPolicy(daemon.getImagePullPolicy())
                                    .build())
                    .toList();
            pod.withInitContainers(complete);
        }

        @Override
        @SuppressWarnings("unchecked") // an array of a generic class cannot be made otherwise
        public Class<? extends Decorator<?>>[] after() {
            return new Class[] {
                AddInitContainerDecorator.class, ApplyImageDecorator.class, ApplyImagePullPolicyDecorator.class
            };
        }
    }
}
