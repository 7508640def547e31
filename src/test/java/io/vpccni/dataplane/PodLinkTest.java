package io.vpccni.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.vpc.IpAddress;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
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

    @Test
    void linksOfStrictPodsAreNoneOfTheFirewalls() {
        Set<IpAddress> routed = Set.of(IpAddress.parse("10.0.2.7"));
        LiveLinks links = new LiveLinks(Map.of("vlanb5faff8a083", routed, "cali0123456789a", routed));
        assertThat(links.prefixes()).containsExactly("cali");
    }
}
