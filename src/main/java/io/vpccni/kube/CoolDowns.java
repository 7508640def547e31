package io.vpccni.kube;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.smallrye.mutiny.Multi;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How long addresses of branch interfaces rest, as people set it: whole seconds under {@code branch-eni-cooldown} of the
 * ConfigMap {@code amazon-vpc-cni}.
 */
public final class CoolDowns {

    static final String CONFIG_MAP = "amazon-vpc-cni";
    static final String KEY = "branch-eni-cooldown";

    private final ApiServer server;
    private final String namespace;

    public CoolDowns(ApiServer server, String namespace) {
        this.server = server;
        this.namespace = namespace;
    }

    /** The setting when it is first known, and whenever it is another one. What cannot be read changes nothing. */
    public Multi<Duration> changes() {
        return server.<ConfigMap>watch(
                        "the ConfigMap " + CONFIG_MAP,
                        client -> client.configMaps().inNamespace(namespace).withField("metadata.name", CONFIG_MAP))
                .onItem()
                .transformToMultiAndConcatenate(seen -> Multi.createFrom().iterable(present(seen)))
                .onItem()
                .transformToMultiAndConcatenate(found ->
                        Multi.createFrom().iterable(read(found).stream().toList()))
                .skip()
                .repetitions();
    }

    private static List<ConfigMap> present(Seen<ConfigMap> seen) {
        return switch (seen) {
            case Seen.All<ConfigMap> all -> all.objects();
            case Seen.Changed<ConfigMap> changed -> List.of(changed.object());
            case Seen.Gone<ConfigMap> _ -> List.of();
        };
    }

    static Optional<Duration> read(ConfigMap found) {
        return Optional.ofNullable(found.getData())
                .map(data -> data.get(KEY))
                .map(String::strip)
                .filter(text -> text.matches("\\d{1,6}"))
                .map(text -> Duration.ofSeconds(Long.parseLong(text)));
    }
}
