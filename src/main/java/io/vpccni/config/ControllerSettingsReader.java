package io.vpccni.config;

import io.vpccni.branch.BranchLimits;
import io.vpccni.branch.BranchTerms;
import io.vpccni.config.ControllerSettings.WebhookSettings;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Reads the settings of the role {@code controller}; what is wrong with them is with the {@link Environment} afterwards. */
public final class ControllerSettingsReader {

    private static final int WEBHOOK_PORT = 9443;

    private final Environment environment;
    private final NodeSettingsReader shared;

    /** @param jsonObject reads a JSON object of texts */
    public ControllerSettingsReader(Environment environment, Function<String, Map<String, String>> jsonObject) {
        this.environment = environment;
        this.shared = new NodeSettingsReader(environment, jsonObject);
    }

    public ControllerSettings read() {
        if (environment.text("CLUSTER_NAME", "").isEmpty()) {
            environment.refuse(
                    "CLUSTER_NAME", "", "the name of the cluster: interfaces are tagged with it, and found by it", "");
        }
        return new ControllerSettings(
                shared.cloud(),
                nonEmpty("AWS_REGION"),
                environment.number("VPCCNI_EC2_RATE", 1, 10),
                environment.number("VPCCNI_EC2_BURST", 1, 20),
                shared.endpoint(),
                nonEmpty("MY_POD_NAME").orElse("controller"),
                nonEmpty("MY_POD_NAMESPACE").orElse("kube-system"),
                new BranchTerms(
                        BranchTerms.USUAL.coolDown(),
                        Duration.ofSeconds(environment.number("VPCCNI_BRANCH_IDLE", 0, 60)),
                        environment.number("VPCCNI_WARM_BRANCHES", 0, 0)),
                limits(),
                environment.flag("VPCCNI_FOLLOW_POLICY_CHANGES", false),
                environment.flag("VPCCNI_FAIL_CLOSED", false),
                environment.flag("VPCCNI_CHECK_GROUPS", false),
                environment.flag("VPCCNI_TAKE_OVER", false),
                new WebhookSettings(
                        environment.text("VPCCNI_WEBHOOK_HOST", "0.0.0.0"),
                        environment.numberBetween("VPCCNI_WEBHOOK_PORT", 0, 65_535, WEBHOOK_PORT),
                        environment.text("VPCCNI_WEBHOOK_SERVICE", "vpc-resource-controller"),
                        nonEmpty("VPCCNI_WEBHOOK_URL")));
    }

    private Map<String, Integer> limits() {
        String name = "VPCCNI_BRANCH_LIMITS";
        Map<String, Integer> limits = new HashMap<>();
        for (String entry : nonEmpty(name).map(text -> text.split(",")).orElse(new String[0])) {
            String[] halves = entry.strip().split("=", 2);
            Optional<Integer> limit = halves.length == 2 ? Environment.wholeNumber(halves[1]) : Optional.empty();
            if (limit.filter(number -> number >= 0 && number <= BranchLimits.MOST)
                    .isPresent()) {
                limits.put(halves[0], limit.get());
            } else {
                environment.refuse(
                        name, entry, "type=number,..., such as m9i.large=9; at most " + BranchLimits.MOST, "");
            }
        }
        return limits;
    }

    private Optional<String> nonEmpty(String name) {
        return environment.text(name).filter(value -> !value.isEmpty());
    }
}
