package io.vpccni.extension.deployment;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.ByteArrayInputStream;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;

/** Applies manifests to a cluster as {@code kubectl apply --server-side --force-conflicts} does. */
final class Rollout {

    private static final Logger LOG = Logger.getLogger(Rollout.class);
    private static final String MANAGER = "vpc-cni-build";

    private final KubernetesClient client;

    Rollout(KubernetesClient client) {
        this.client = client;
    }

    /**
     * Applies some of the manifests. Fails with IllegalStateException, and a sentence that says at what; before anything is applied
     * where a name is none.
     *
     * @param manifests YAML by the file's name
     */
    void apply(Map<String, byte[]> manifests, List<String> names) {
        names.stream().filter(name -> !manifests.containsKey(name)).findFirst().ifPresent(unknown -> {
            throw new IllegalStateException(
                    "vpccni.kubernetes.deploy names " + unknown + ", expected some of " + manifests.keySet());
        });
        LOG.infof("applying %s to %s", names, client.getMasterUrl());
        manifests.forEach((name, yaml) -> {
            if (names.contains(name)) {
                client.load(new ByteArrayInputStream(yaml)).items().forEach(object -> apply(name, object));
            }
        });
    }

    private void apply(String file, HasMetadata object) {
        String what = object.getKind() + " " + object.getMetadata().getName();
        try {
            client.resource(object).fieldManager(MANAGER).forceConflicts().serverSideApply();
            LOG.infof("applied %s", what);
        } catch (KubernetesClientException e) {
            throw new IllegalStateException(
                    what + " of " + file + " could not be applied to " + client.getMasterUrl() + ": " + e.getMessage(),
                    e);
        }
    }
}
