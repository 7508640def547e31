package io.vpccni.ec2;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class EniTagsTest {

    private static final Map<String, String> OF_A_CLUSTER = Map.of(
            "node.k8s.amazonaws.com/instance_id", "i-1",
            "cluster.k8s.amazonaws.com/name", "prod",
            "eks:eni:owner", "amazon-vpc-cni",
            "team", "net");

    @Test
    void aClusterWithANameMarksItsInterfaces() {
        assertThat(new EniTags("i-1", "prod", Map.of("team", "net")).ours()).isEqualTo(OF_A_CLUSTER);
    }

    @Test
    void withoutANameOnlyTheInstanceIsNamed() {
        assertThat(new EniTags("i-1", "", Map.of()).ours())
                .isEqualTo(Map.of("node.k8s.amazonaws.com/instance_id", "i-1"));
    }

    @Test
    void whatDiffersIsMissing() {
        assertThat(new EniTags("i-1", "prod", Map.of("team", "net"))
                        .missing(Map.of(
                                "node.k8s.amazonaws.com/instance_id", "i-1",
                                "cluster.k8s.amazonaws.com/name", "test",
                                "eks:eni:owner", "amazon-vpc-cni")))
                .isEqualTo(Map.of("cluster.k8s.amazonaws.com/name", "prod", "team", "net"));
    }
}
