package io.vpccni.extension.deployment;

import io.dekorate.kubernetes.decorator.AddInitContainerDecorator;
import io.dekorate.kubernetes.decorator.AddPortDecorator;
import io.dekorate.kubernetes.decorator.AddStartupProbeDecorator;
import io.dekorate.kubernetes.decorator.ApplyImageDecorator;
import io.dekorate.kubernetes.decorator.ApplyImagePullPolicyDecorator;
import io.dekorate.kubernetes.decorator.Decorator;
import io.dekorate.kubernetes.decorator.ResourceProvidingDecorator;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.ContainerPortBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesListBuilder;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.kubernetes.spi.DecoratorBuildItem;
import java.util.List;
import java.util.Set;

/**
 * Makes the generated workload the DaemonSet of {@code src/main/kubernetes}. Quarkus fills it with image, environment and probes, but
 * knows no kind for it: what it generates beside it goes.
 */
class DaemonSetProcessor {

    @BuildStep
    DecoratorBuildItem onlyTheDaemonSet() {
        return new DecoratorBuildItem("kubernetes", new DropOthers());
    }

    private static final class DropOthers extends ResourceProvidingDecorator<KubernetesListBuilder> {

        /** Nobody reaches a daemon by a Service: introspection is for the node alone, metrics are asked of each pod. */
        private static final Set<String> UNWANTED = Set.of("Deployment", "Service");

        @Override
        public void visit(KubernetesListBuilder list) {
            list.removeMatchingFromItems(
                    item -> item.build() instanceof HasMetadata resource && UNWANTED.contains(resource.getKind()));
        }

        /** After everything else, so that nothing puts it back. */
        @Override
        @SuppressWarnings("unchecked") // an array of a generic class cannot be made otherwise
        public Class<? extends Decorator<?>>[] after() {
            return new Class[] {Decorator.class};
        }
    }

    @BuildStep
    DecoratorBuildItem likeTheReferences() {
        return new DecoratorBuildItem("kubernetes", new FinishPod());
    }

    private static final class FinishPod extends Decorator<PodSpecBuilder> {

        private static final String METRICS = "management";

        @Override
        public void visit(PodSpecBuilder pod) {
            Container daemon = finished(pod.buildFirstContainer());
            pod.withContainers(daemon);
            pod.withInitContainers(pod.buildInitContainers().stream()
                    .map(container -> withImageOf(daemon, container))
                    .toList());
        }

        /**
         * One port, the one that others may use, under the reference's name; and no startup probe: a daemon that waits for EC2 is
         * not broken, and a restart would not help it.
         */
        private static Container finished(Container daemon) {
            List<ContainerPort> metrics = daemon.getPorts().stream()
                    .filter(port -> port.getName().equals(METRICS))
                    .map(port ->
                            new ContainerPortBuilder(port).withName("metrics").build())
                    .toList();
            return new ContainerBuilder(daemon)
                    .withPorts(metrics)
                    .withStartupProbe(null)
                    .build();
        }

        /** Init containers that name no image have that of the daemon, since there is one image for all programs. */
        private static Container withImageOf(Container daemon, Container container) {
            return container.getImage() != null
                    ? container
                    : new ContainerBuilder(container)
                            .withImage(daemon.getImage())
                            .withImagePullPolicy(daemon.getImagePullPolicy())
                            .build();
        }

        @Override
        @SuppressWarnings("unchecked") // an array of a generic class cannot be made otherwise
        public Class<? extends Decorator<?>>[] after() {
            return new Class[] {
                AddInitContainerDecorator.class,
                AddPortDecorator.class,
                AddStartupProbeDecorator.class,
                ApplyImageDecorator.class,
                ApplyImagePullPolicyDecorator.class
            };
        }
    }
}
