package io.vpccni.config;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Reads the settings of the role {@code metrics-helper}; what is wrong with them is with the {@link Environment} afterwards. */
public final class HelperSettingsReader {

    private static final int LONGEST_INTERVAL = 3_600;
    private static final int USUAL_INTERVAL = 30;

    private final Environment environment;
    private final NodeSettingsReader shared;

    /** @param jsonObject reads a JSON object of texts */
    public HelperSettingsReader(Environment environment, Function<String, Map<String, String>> jsonObject) {
        this.environment = environment;
        this.shared = new NodeSettingsReader(environment, jsonObject);
    }

    public HelperSettings read() {
        return new HelperSettings(
                shared.cloud(),
                nonEmpty("AWS_REGION"),
                nonEmpty("AWS_CLUSTER_ID"),
                yes("USE_CLOUDWATCH", true),
                yes("USE_PROMETHEUS", false),
                Duration.ofSeconds(
                        environment.numberBetween("METRIC_UPDATE_INTERVAL", 1, LONGEST_INTERVAL, USUAL_INTERVAL)),
                shared.endpoint(),
                nonEmpty("AWS_ENDPOINT_URL_CLOUDWATCH"));
    }

    /** The reference takes these words in any case. */
    private boolean yes(String name, boolean otherwise) {
        return nonEmpty(name)
                .map(value -> switch (value.toLowerCase(Locale.ROOT)) {
                    case "yes", "true" -> true;
                    case "no", "false" -> false;
                    default -> environment.refuse(name, value, "yes, true, no or false", otherwise);
                })
                .orElse(otherwise);
    }

    private Optional<String> nonEmpty(String name) {
        return environment.text(name).filter(value -> !value.isEmpty());
    }
}
