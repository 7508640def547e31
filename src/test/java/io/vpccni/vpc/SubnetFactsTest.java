package io.vpccni.vpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SubnetFactsTest {

    private static final SubnetId OWN = new SubnetId("subnet-1");
    private static final SubnetId OTHER = new SubnetId("subnet-2");

    @ParameterizedTest(name = "role \"{0}\", for cluster \"{1}\": own {2}, other {3}, excluded {4}")
    @CsvSource({
        "'', '',    true,  false, false",
        "1,  '',    true,  true,  false",
        "x,  '',    true,  true,  false",
        "0,  '',    false, false, true",
        "1,  prod,  true,  true,  false",
        "1,  other, false, false, true",
        "'', other, true,  false, false",
    })
    void tagsDecide(String role, String forCluster, boolean own, boolean other, boolean excluded) {
        Map<String, String> tags = forCluster.isEmpty()
                ? Map.of(SubnetFacts.ROLE_TAG, role)
                : Map.of(SubnetFacts.ROLE_TAG, role, SubnetFacts.CLUSTER_TAG + forCluster, "");

        assertThat(usable(subnet(OWN, 10, tags))).isEqualTo(own ? List.of(OWN) : List.of());
        assertThat(usable(subnet(OTHER, 10, tags))).isEqualTo(other ? List.of(OTHER) : List.of());
        assertThat(subnet(OWN, 10, tags).isExcluded("prod")).isEqualTo(excluded);
    }

    @Test
    void clusterTagsDoNotMatterWhenTheClusterHasNoName() {
        Map<String, String> tags = Map.of(SubnetFacts.ROLE_TAG, "1", SubnetFacts.CLUSTER_TAG + "other", "");

        assertThat(SubnetFacts.usable(List.of(subnet(OTHER, 10, tags)), OWN, ""))
                .hasSize(1);
    }

    @Test
    void theEmptiestIsFirst() {
        Map<String, String> tags = Map.of(SubnetFacts.ROLE_TAG, "1");

        assertThat(usable(subnet(OWN, 10, tags), subnet(OTHER, 20, tags))).containsExactly(OTHER, OWN);
    }

    private static List<SubnetId> usable(SubnetFacts... zone) {
        return SubnetFacts.usable(List.of(zone), OWN, "prod").stream()
                .map(SubnetFacts::id)
                .toList();
    }

    private static SubnetFacts subnet(SubnetId id, int free, Map<String, String> tags) {
        return new SubnetFacts(id, Ipv4Cidr.parse("10.0.0.0/19"), free, tags);
    }
}
