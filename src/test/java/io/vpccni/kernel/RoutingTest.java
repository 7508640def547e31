package io.vpccni.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vpccni.dataplane.HostRules;
import io.vpccni.dataplane.PolicyRule;
import io.vpccni.netlink.Family;
import io.vpccni.netlink.Netlink;
import io.vpccni.netlink.Rule;
import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import io.vpccni.netlink.testing.TestNamespaces;
import io.vpccni.vpc.IpFamily;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

@RequiresNetworkNamespaces
class RoutingTest {

    @Test
    void noRuleGoesWhenTheOneThatTakesItsPlaceIsRefused() throws IOException {
        // The kernel knows no table 0.
        PolicyRule impossible = new PolicyRule(20, new PolicyRule.Selector.All(IpFamily.IPV6), 0);
        try (TestNamespaces namespaces = new TestNamespaces();
                Netlink netlink = Netlink.in(namespaces.create())) {
            List<Rule> before = netlink.rules(Family.IPV6);
            Routing routing = new Routing(netlink, IpFamily.IPV6);
            assertThatThrownBy(() -> routing.apply(new HostRules(Set.of(impossible)), routing.readRules()))
                    .hasMessageContaining("rule add priority 20")
                    .hasMessageContaining("EINVAL");
            assertThat(netlink.rules(Family.IPV6)).isEqualTo(before);
        }
    }
}
