package io.vpccni.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodIP;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PodFactsTest {

    private static final PodId WEB = new PodId("shop", "web");

    @ParameterizedTest(name = "{0}")
    @MethodSource("pods")
    void whoNeedsAnAddress(Pod pod, boolean needsAddress) {
        assertThat(PodFacts.of(pod).needsAddress()).isEqualTo(needsAddress);
    }

    static Stream<Arguments> pods() {
        return Stream.of(
                row("just placed", true, pod -> pod),
                row(
                        "pulling images",
                        true,
                        pod -> pod.editStatus().withPhase("Pending").endStatus()),
                row(
                        "restarted after its sandbox died",
                        true,
                        pod -> pod.editStatus().withPhase("Running").endStatus()),
                row(
                        "has an address",
                        false,
                        pod -> pod.editStatus().withPodIP("10.0.0.1").endStatus()),
                row(
                        "has addresses",
                        false,
                        pod -> pod.editStatus()
                                .withPodIPs(new PodIP("10.0.0.1"))
                                .endStatus()),
                row(
                        "is on the host's network",
                        false,
                        pod -> pod.editSpec().withHostNetwork(true).endSpec()),
                row(
                        "has succeeded",
                        false,
                        pod -> pod.editStatus().withPhase("Succeeded").endStatus()),
                row(
                        "has failed",
                        false,
                        pod -> pod.editStatus().withPhase("Failed").endStatus()),
                row(
                        "is being deleted",
                        false,
                        pod -> pod.editMetadata()
                                .withDeletionTimestamp("2026-01-01T00:00:00Z")
                                .endMetadata()),
                row("gets a branch interface", false, pod -> limit(pod, "vpc.amazonaws.com/pod-eni")),
                row("gets a branch interface of another kind", false, pod -> limit(pod, "vpc.amazonaws.com/pod-eni-x")),
                row("limits its CPU", true, pod -> limit(pod, "cpu")),
                row(
                        "only its second container names a branch interface",
                        false,
                        pod -> limit(
                                pod.editSpec().addNewContainer().endContainer().endSpec(),
                                "vpc.amazonaws.com/pod-eni")));
    }

    private static PodBuilder limit(PodBuilder pod, String name) {
        return pod.editSpec()
                .addNewContainer()
                .withNewResources()
                .addToLimits(name, new Quantity("1"))
                .endResources()
                .endContainer()
                .endSpec();
    }

    private static Arguments row(String name, boolean needsAddress, UnaryOperator<PodBuilder> change) {
        PodBuilder pod = new PodBuilder()
                .withNewMetadata()
                .withNamespace("shop")
                .withName("web")
                .withUid("u1")
                .endMetadata()
                .withNewSpec()
                .endSpec()
                .withNewStatus()
                .endStatus();
        return Arguments.of(Named.of(name, change.apply(pod).build()), needsAddress);
    }

    @Test
    void aListReplacesWhatWasKnownAndAnOldPodsEndLeavesItsSuccessor() {
        PodFacts older = facts(WEB, "u1", true);
        PodFacts younger = facts(WEB, "u2", true);
        PodFacts other = facts(new PodId("shop", "cart"), "u3", true);

        Map<PodId, PodFacts> known = OwnPods.after(Map.of(other.id(), other), List.of(new Seen.All<>(List.of(older))));
        assertThat(known).containsOnlyKeys(WEB);

        known = OwnPods.after(known, List.of(new Seen.Changed<>(younger), new Seen.Gone<>(older)));
        assertThat(known).containsExactly(Map.entry(WEB, younger));
        assertThat(OwnPods.after(known, List.of(new Seen.Gone<>(younger)))).isEmpty();
    }

    @Test
    void noMorePodsThanANodeCanRunAreRemembered() {
        List<PodFacts> many = Stream.iterate(0, number -> number + 1)
                .limit(OwnPods.MOST + 10)
                .map(number -> facts(new PodId("shop", "p" + number), "u", true))
                .toList();

        assertThat(OwnPods.after(Map.of(), List.of(new Seen.All<>(many)))).hasSize(OwnPods.MOST);
    }

    private static PodFacts facts(PodId id, String uid, boolean needsAddress) {
        return new PodFacts(id, uid, Optional.empty(), needsAddress, false, Optional.empty());
    }
}
