package io.vpccni.testing;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.vpccni.emulator.kubernetes.KubernetesServer;

/** Emulated clusters for clients. */
public final class Clusters {

    private Clusters() {}

    /** How a client gets there. */
    public static Config config(KubernetesServer cluster) {
        return new ConfigBuilder(Config.empty())
                .withMasterUrl(cluster.url().toString())
                .withNamespace("default")
                .build();
    }
}
