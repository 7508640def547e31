package io.vpccni.dataplane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpFamily;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EgressPlanTest {

    private static final EgressPlan V4 = plan("10.0.0.10", "169.254.172.2", 22, "169.254.172.1");
    private static final EgressPlan V6 = plan("2001:db8::10", "fd00::ac:2", 118, "fd00::ac:1");

    private static EgressPlan plan(String node, String address, int length, String gateway) {
        return new EgressPlan(
                new EgressPod(
                        "aws-cni",
                        "containerId-123",
                        "eth0",
                        Path.of("/run/netns/x"),
                        IpAddress.parse(node),
                        "prng",
                        9001),
                new EgressAddress(
                        IpAddress.parse(address),
                        length,
                        gateway.isEmpty() ? Optional.empty() : Optional.of(IpAddress.parse(gateway))));
    }

    @Test
    void anIpv6ClustersPodSendsEverythingOfIpv4ToTheHostEnd() {
        assertThat(V4.ifName()).isEqualTo("v4if0");
        assertThat(V4.hostAddress()).hasToString("169.254.172.1/32");
        assertThat(V4.podLinkLocal()).isEmpty();
        assertThat(V4.unwantedPodRoute().map(StaticRoute::toString)).contains("169.254.172.0/22 scope link table main");
        assertThat(V4.podRoutes())
                .extracting(StaticRoute::toString)
                .containsExactly(
                        "169.254.172.1/32 scope link table main",
                        "169.254.172.0/22 via 169.254.172.1 table main",
                        "default via 169.254.172.1 table main");
        assertThat(V4.hostRoute()).hasToString("169.254.172.2/32 scope link table main");
        assertThat(V4.podSysctls()).isEmpty();
    }

    @Test
    void anIpv4ClustersPodSendsEverythingOfIpv6ToTheHostEndsLinkLocalAddress() {
        assertThat(V6.ifName()).isEqualTo("v6if0");
        assertThat(V6.hostMac()).hasToString("0a:68:fd:ac:00:02");
        assertThat(V6.gateway()).hasToString("fe80::868:fdff:feac:2");
        assertThat(V6.hostAddress()).hasToString("fe80::868:fdff:feac:2/64");
        assertThat(V6.podLinkLocal()).map(Object::toString).contains("fe80::858:fdff:feac:2/64");
        assertThat(V6.unwantedPodRoute()).isEmpty();
        assertThat(V6.podRoutes())
                .extracting(StaticRoute::toString)
                .containsExactly("default via fe80::868:fdff:feac:2 table main");
        assertThat(V6.hostRoute()).hasToString("fd00::ac:2/128 scope link table main");
        assertThat(List.copyOf(V6.podSysctls().keySet()))
                .startsWith("net/ipv6/conf/eth0/disable_ipv6", "net/ipv6/conf/lo/disable_ipv6");
    }

    @Test
    void theHostEndIsNamedByTheContainerAlone() {
        SnatChain chain = new SnatChain(IpFamily.IPV4, "aws-cni", "containerId-123");
        assertThat(V4.hostLink()).isEqualTo("veth57403077").isEqualTo(EgressPlan.hostLink(chain));
        assertThat(V6.hostLink()).isEqualTo(V4.hostLink());
    }

    @ParameterizedTest(name = "{0}, {1}/{2}")
    @CsvSource({
        "10.0.0.10, fd00::ac:2, 118, fd00::ac:1, but the node's address for it is 10.0.0.10",
        "10.0.0.10, 169.254.172.2, 22, '', without a gateway",
        "10.0.0.10, 169.254.172.2, 22, fd00::1, without a gateway",
        "10.0.0.10, 169.254.172.2, 33, 169.254.172.1, prefix length 33",
        "2001:db8::10, fd00::ac:2, -1, '', prefix length -1"
    })
    void anAddressThatDoesNotFitIsRefused(String node, String address, int length, String gateway, String message) {
        assertThatThrownBy(() -> plan(node, address, length, gateway))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    /** Lines of {@code iptables -S} as others may have written them. */
    @Test
    void onlyChainsThatNameThemselvesAreOurs() {
        SnatChain ours = V4.snat().chain();
        String listing = """
                -P POSTROUTING ACCEPT
                -N KUBE-POSTROUTING
                -N %1$s
                -A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING
                %2$s
                -A POSTROUTING -s 169.254.172.9/32 -m comment --comment "name: \\"other\\" id: \\"containerId-123\\"" -j %1$s
                -A POSTROUTING -s 169.254.172.9/32 -m comment --comment "name: \\"aws-cni\\" id: \\"liar\\"" -j %1$s
                -A CNI-DN-1 -m comment --comment "name: \\"aws-cni\\" id: \\"portmap\\"" -j DNAT
                """.formatted(ours.name(), ours.jump(IpAddress.parse("169.254.172.2")));
        assertThat(SnatChain.in(listing, IpFamily.IPV4, "aws-cni")).containsExactly(ours);
        assertThat(SnatChain.in(listing, IpFamily.IPV6, "aws-cni")).isEmpty();
        assertThat(ours.jumps(listing)).hasSize(3);
    }
}
