package io.vpccni.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PodLinkTest {

    @ParameterizedTest(name = "{0}/{1}")
    @CsvSource({
        "kube-system, coredns-57ff979f67-qqbdh, b5faff8a083",
        "kube-system, coredns-57ff979f67-8ns9b, 9571956a6cc",
        "default, sample-pod, cc21c2d7785",
        "default, sample-pod.1, a0b7655f3c9",
    })
    void namesAreThoseThatCalicoComputes(String namespace, String pod, String hash) {
        assertThat(PodLink.hash(namespace, pod)).isEqualTo(hash);
        assertThat(PodLink.name("eni", namespace, pod)).isEqualTo("eni" + hash).hasSize(14);
    }
}
