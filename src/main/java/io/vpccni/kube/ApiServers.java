package io.vpccni.kube;

import io.fabric8.kubernetes.client.Config;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import java.util.random.RandomGenerator;

/** Opens the API server as Quarkus finds it: its properties, else the pod's service account, else a kubeconfig. */
@ApplicationScoped
public class ApiServers {

    private final Instance<Config> config;

    ApiServers(Instance<Config> config) {
        this.config = config;
    }

    /** Connects at the first call only. */
    public ApiServer open(ApiServer.Access access) {
        return new ApiServer(config::get, access, RandomGenerator.getDefault());
    }
}
