package io.vpccni.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** From the application's configuration to a node's variables. */
class NodeLifeTest {

    private final SmallRyeConfig config = new SmallRyeConfigBuilder()
            .withSources(new PropertiesConfigSource(
                    Map.of(
                            "NETWORK_POLICY_ENFORCING_MODE", "",
                            "AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS", "",
                            "WARM_IP_TARGET", "5",
                            "vpccni.node.2.WARM_IP_TARGET", "7"),
                    "test",
                    100))
            .build();

    @Test
    void anEmptyPolicyModeIsSeenAndOtherEmptyVariablesAreNot() {
        assertThat(NodeLife.variables(config, 1).apply("NETWORK_POLICY_ENFORCING_MODE"))
                .contains("");
        assertThat(NodeLife.variables(config, 1).apply("AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS"))
                .isEmpty();
        assertThat(NodeLife.variables(config, 1).apply("CLUSTER_NAME")).isEmpty();
    }

    @Test
    void aNodesOwnVariableCountsBeforeTheOneForAll() {
        assertThat(NodeLife.variables(config, 1).apply("WARM_IP_TARGET")).contains("5");
        assertThat(NodeLife.variables(config, 2).apply("WARM_IP_TARGET")).contains("7");
    }
}
