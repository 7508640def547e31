package io.vpccni.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import org.junit.jupiter.api.Test;

class SgpPodTest {

    private static final Container PLAIN =
            new ContainerBuilder().withName("sidecar").build();
    private static final Container ASKING = new ContainerBuilder()
            .withName("main")
            .withNewResources()
            .addToLimits(BranchAnnotation.KEY, new Quantity("1"))
            .endResources()
            .build();

    @Test
    void aSidecarThatComesFirstHidesNothing() {
        assertThat(SgpPod.asksForBranch(pod(PLAIN, ASKING))).isTrue();
        assertThat(SgpPod.asksForBranch(pod(PLAIN))).isFalse();
        assertThat(SgpPod.asksForBranch(new Pod())).isFalse();
    }

    @Test
    void whatMattersOfAPodIsKept() {
        Pod pod = new PodBuilder(pod(ASKING))
                .editSpec()
                .withNodeName("node-1")
                .endSpec()
                .withNewStatus()
                .withPhase("Succeeded")
                .endStatus()
                .build();

        SgpPod reduced = SgpPod.of(pod);

        assertThat(reduced.node()).contains("node-1");
        assertThat(reduced.account()).isEqualTo("default");
        assertThat(reduced.over()).isTrue();
        assertThat(reduced.annotation()).isEmpty();
    }

    private static Pod pod(Container... containers) {
        return new PodBuilder()
                .withNewMetadata()
                .withName("web")
                .withNamespace("shop")
                .withUid("u")
                .endMetadata()
                .withNewSpec()
                .withContainers(containers)
                .endSpec()
                .build();
    }
}
