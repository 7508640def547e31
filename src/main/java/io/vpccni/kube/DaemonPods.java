package io.vpccni.kube;

import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.smallrye.mutiny.Uni;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The daemons of all nodes, and what they answer by way of the API server: theirs or the reference's. */
public final class DaemonPods {

    private static final String NAMESPACE = "kube-system";
    private static final String LABEL = "k8s-app";
    private static final String NAME = "aws-node";
    private static final int METRICS_PORT = 61_678;

    private final ApiServer server;

    public DaemonPods(ApiServer server) {
        this.server = server;
    }

    /** The names of those that run, as far as the server's cache knows. */
    public Uni<List<String>> running() {
        return server.call(client -> client
                .pods()
                .inNamespace(NAMESPACE)
                .withLabel(LABEL, NAME)
                .list(new ListOptionsBuilder().withResourceVersion("0").build())
                .getItems()
                .stream()
                .filter(pod -> pod.getStatus() != null
                        && "Running".equals(pod.getStatus().getPhase()))
                .map(Pod::getMetadata)
                .map(metadata -> metadata.getName())
                .toList());
    }

    /** A daemon's page of metrics; fails when it does not answer, which says nothing about the API server. */
    public Uni<String> metrics(String pod) {
        String path = "/api/v1/namespaces/" + NAMESPACE + "/pods/" + pod + ":" + METRICS_PORT + "/proxy/metrics";
        return server.call(client -> answer(client, path)).map(Answer::page);
    }

    private record Answer(@Nullable String text, String refusal) {
        String page() {
            if (text == null) {
                throw new IllegalStateException(refusal);
            }
            return text;
        }
    }

    private static Answer answer(KubernetesClient client, String path) {
        try {
            return new Answer(client.raw(path), "it has no page of metrics");
        } catch (KubernetesClientException e) {
            if (e.getCode() == 0) {
                throw e;
            }
            return new Answer(null, "HTTP " + e.getCode() + ": " + e.getMessage());
        }
    }
}
