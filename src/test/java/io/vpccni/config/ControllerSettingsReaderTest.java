package io.vpccni.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.branch.BranchTerms;
import io.vpccni.config.Environment.Problem;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ControllerSettingsReaderTest {

    @Test
    void theDefaults() {
        Environment environment = new Environment(Map.of("CLUSTER_NAME", "shop"));
        ControllerSettings settings = read(environment);

        assertThat(environment.problems()).isEmpty();
        assertThat(settings.cloud().clusterName()).isEqualTo("shop");
        assertThat(settings.branches()).isEqualTo(BranchTerms.USUAL);
        assertThat(settings.namespace()).isEqualTo("kube-system");
        assertThat(settings.webhooks())
                .isEqualTo(new ControllerSettings.WebhookSettings(
                        "0.0.0.0", 9443, "vpc-resource-controller", Optional.empty()));
        assertThat(settings.followPolicies() || settings.failClosed() || settings.checkGroups() || settings.takeOver())
                .isFalse();
    }

    @Test
    void everyVariableReachesItsField() {
        ControllerSettings settings = read(new Environment(Map.ofEntries(
                Map.entry("CLUSTER_NAME", "shop"),
                Map.entry("AWS_REGION", "eu-west-1"),
                Map.entry("VPCCNI_EC2_RATE", "7"),
                Map.entry("VPCCNI_EC2_BURST", "8"),
                Map.entry("MY_POD_NAME", "controller-a-b"),
                Map.entry("MY_POD_NAMESPACE", "net"),
                Map.entry("VPCCNI_BRANCH_IDLE", "9"),
                Map.entry("VPCCNI_WARM_BRANCHES", "2"),
                Map.entry("VPCCNI_BRANCH_LIMITS", "m9.large=9, m9.nano=0"),
                Map.entry("VPCCNI_FOLLOW_POLICY_CHANGES", "true"),
                Map.entry("VPCCNI_FAIL_CLOSED", "true"),
                Map.entry("VPCCNI_CHECK_GROUPS", "true"),
                Map.entry("VPCCNI_TAKE_OVER", "true"),
                Map.entry("VPCCNI_WEBHOOK_HOST", "127.0.0.1"),
                Map.entry("VPCCNI_WEBHOOK_PORT", "8443"),
                Map.entry("VPCCNI_WEBHOOK_SERVICE", "hooks"),
                Map.entry("VPCCNI_WEBHOOK_URL", "https://h"))));

        assertThat(settings.region()).contains("eu-west-1");
        assertThat(settings.rate()).isEqualTo(7);
        assertThat(settings.burst()).isEqualTo(8);
        assertThat(settings.identity()).isEqualTo("controller-a-b");
        assertThat(settings.namespace()).isEqualTo("net");
        assertThat(settings.branches().idle()).isEqualTo(Duration.ofSeconds(9));
        assertThat(settings.branches().warm()).isEqualTo(2);
        assertThat(settings.limits()).isEqualTo(Map.of("m9.large", 9, "m9.nano", 0));
        assertThat(settings.followPolicies() && settings.failClosed() && settings.checkGroups() && settings.takeOver())
                .isTrue();
        assertThat(settings.webhooks().host()).isEqualTo("127.0.0.1");
        assertThat(settings.webhooks().port()).isEqualTo(8443);
        assertThat(settings.webhooks().service()).isEqualTo("hooks");
        assertThat(settings.webhooks().url()).contains("https://h");
    }

    @Test
    void whatIsWrongIsNamed() {
        Map<String, String> wrong = new HashMap<>(Map.of("VPCCNI_BRANCH_LIMITS", "m9.large=500"));
        wrong.put("VPCCNI_WEBHOOK_PORT", "99999");
        Environment environment = new Environment(wrong);
        read(environment);

        assertThat(environment.problems())
                .filteredOn(Problem::fatal)
                .extracting(Problem::variable)
                .containsExactlyInAnyOrder("CLUSTER_NAME", "VPCCNI_BRANCH_LIMITS", "VPCCNI_WEBHOOK_PORT");
    }

    private static ControllerSettings read(Environment environment) {
        return new ControllerSettingsReader(environment, _ -> Map.of()).read();
    }
}
