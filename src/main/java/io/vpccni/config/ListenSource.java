package io.vpccni.config;

import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.PropertiesConfigSource;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * Tells Quarkus' HTTP server where to listen, in the reference's words. When introspection is on a Unix socket or switched off,
 * the server, which Quarkus cannot do without, takes any port of loopback and answers 404.
 */
public final class ListenSource implements ConfigSourceFactory {

    /** Above application.properties (250), below the environment (300), where Quarkus' own names may stand. */
    private static final int ORDINAL = 275;

    @Override
    public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
        return List.of(new PropertiesConfigSource(
                properties(value(context, "DISABLE_INTROSPECTION"), value(context, BindAddress.VARIABLE)),
                "introspection address",
                ORDINAL));
    }

    private static String value(ConfigSourceContext context, String name) {
        ConfigValue value = context.getValue(name);
        return value == null || value.getValue() == null ? "" : value.getValue();
    }

    /** What cannot be read here is refused by {@link NodeSettingsReader}, with a line that says so. */
    static Map<String, String> properties(String disabled, String address) {
        if (new Environment(Map.of("DISABLE_INTROSPECTION", disabled)).flag("DISABLE_INTROSPECTION", false)) {
            return nowhere();
        }
        try {
            return switch (address.isEmpty() ? BindAddress.USUAL : BindAddress.parse(address)) {
                case BindAddress.Tcp tcp when address.isEmpty() -> Map.of();
                case BindAddress.Tcp tcp ->
                    Map.of("quarkus.http.host", tcp.host(), "quarkus.http.port", Integer.toString(tcp.port()));
                case BindAddress.Unix _ -> nowhere();
            };
        } catch (IllegalArgumentException e) {
            return Map.of();
        }
    }

    private static Map<String, String> nowhere() {
        return Map.of("quarkus.http.host", "127.0.0.1", "quarkus.http.port", "0");
    }
}
