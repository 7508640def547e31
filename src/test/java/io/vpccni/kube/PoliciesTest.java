package io.vpccni.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.vpccni.branch.SecurityGroups;
import io.vpccni.kube.crd.SecurityGroupPolicy;
import io.vpccni.kube.crd.SecurityGroupPolicy.GroupIds;
import io.vpccni.kube.crd.SecurityGroupPolicy.Spec;
import io.vpccni.testing.Eventually;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PoliciesTest {

    private static final Map<String, String> WEB = Map.of("app", "web");

    private final TestApiServer server = new TestApiServer();
    private final Policies policies = new Policies(server.openAs("vpc-resource-controller"));

    @AfterEach
    void close() {
        policies.close();
        server.close();
    }

    @Test
    void aPodHasTheGroupsOfThePoliciesThatSelectIt() throws Exception {
        server.create(policy("web", selector(WEB), null, "sg-1"));
        follow();

        assertThat(groups(WEB, "default")).isEqualTo(SecurityGroups.of("sg-1"));
        assertThat(groups(Map.of(), "default")).isEqualTo(SecurityGroups.NONE);
        assertThat(policies.named()).containsExactly(SecurityGroups.of("sg-1"));
    }

    @Test
    void anAccountThatWasJustMadeIsRead() throws Exception {
        server.create(policy("team", null, selector(Map.of("team", "shop")), "sg-1"));
        follow();
        server.create(new ServiceAccountBuilder()
                .withNewMetadata()
                .withName("young")
                .withNamespace("shop")
                .withLabels(Map.of("team", "shop"))
                .endMetadata()
                .build());

        assertThat(groups(WEB, "young")).isEqualTo(SecurityGroups.of("sg-1"));
        assertThatThrownBy(() -> groups(WEB, "nobody")).hasMessageContaining("there is no ServiceAccount nobody");
    }

    @Test
    void aPolicyThatCannotBeUnderstoodSelectsNothingAndHarmsNoOther() throws Exception {
        server.create(policy(
                "wrong",
                new LabelSelectorBuilder()
                        .addNewMatchExpression()
                        .withKey("app")
                        .withOperator("Like")
                        .endMatchExpression()
                        .build(),
                null,
                "sg-9"));
        server.create(policy("web", selector(WEB), null, "sg-1"));
        follow();

        assertThat(groups(WEB, "default")).isEqualTo(SecurityGroups.of("sg-1"));
    }

    @Test
    void aPolicyWithoutSelectorOrGroupsSelectsNothing() throws Exception {
        server.create(policy("all", null, null, "sg-1"));
        server.create(policy("none", selector(WEB), null));
        follow();

        assertThat(groups(WEB, "default")).isEqualTo(SecurityGroups.NONE);
    }

    private void follow() throws Exception {
        policies.follow(() -> {});
        Eventually.is(true, "policies and accounts are known", policies::isListed);
    }

    private SecurityGroups groups(Map<String, String> labels, String account) {
        return policies.groupsOf("shop", labels, account).await().atMost(Duration.ofSeconds(10));
    }

    private static io.fabric8.kubernetes.api.model.LabelSelector selector(Map<String, String> labels) {
        return new LabelSelectorBuilder().withMatchLabels(labels).build();
    }

    private static SecurityGroupPolicy policy(
            String name,
            io.fabric8.kubernetes.api.model.@org.jspecify.annotations.Nullable LabelSelector pods,
            io.fabric8.kubernetes.api.model.@org.jspecify.annotations.Nullable LabelSelector accounts,
            String... groups) {
        SecurityGroupPolicy policy = new SecurityGroupPolicy();
        policy.setMetadata(
                new ObjectMetaBuilder().withName(name).withNamespace("shop").build());
        policy.setSpec(new Spec(pods, accounts, new GroupIds(List.of(groups))));
        return policy;
    }
}
