package io.vpccni.kube;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
import io.fabric8.zjsonpatch.JsonPatchException;
import io.vpccni.emulator.kubernetes.Rights;
import io.vpccni.testing.Manifests;
import java.net.InetAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The library's mock server with what it lacks: the field selector spec.nodeName (every pod of a test is on the node, but a
 * list of pods without the selector is refused), answers that are errors, going away without forgetting, and the rights of service
 * accounts: whoever is under test may do what the manifests grant.
 */
public final class TestApiServer implements AutoCloseable {

    /** The API server's answer to a JSON patch whose test fails; the mock would not answer at all. */
    private static final int UNPROCESSABLE = 422;

    private static final String MAY_EVERYTHING = "{\"apiVersion\":\"authorization.k8s.io/v1\","
            + "\"kind\":\"SelfSubjectRulesReview\",\"status\":{\"incomplete\":false,\"resourceRules\":["
            + "{\"apiGroups\":[\"*\"],\"resources\":[\"*\"],\"verbs\":[\"*\"]}]}}";

    private static final String SELECTOR = "fieldSelector=spec.nodeName%3D";

    private static final int FORBIDDEN = 403;
    private static final Set<String> ACCOUNTS = Set.of("aws-node", "vpc-resource-controller");

    /** One request to be answered with an error. */
    private record Refusal(String method, int status) {}

    private final Queue<Refusal> refusals = new ConcurrentLinkedQueue<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<String> userAgents = new CopyOnWriteArrayList<>();
    private final List<ApiServer> opened = new ArrayList<>();
    private volatile Rights rights = Manifests.rights();
    private final KubernetesCrudDispatcher objects = new KubernetesCrudDispatcher(List.of()) {
        @Override
        public MockResponse dispatch(RecordedRequest request) {
            requests.add(request.getMethod() + " " + request.getPath());
            userAgents.add(String.valueOf(request.getHeader("User-Agent")));
            Optional<Refusal> refusal = refusals.stream()
                    .filter(next -> next.method().equals(request.getMethod()))
                    .findFirst();
            if (refusal.isPresent() && refusals.remove(refusal.get())) {
                return new MockResponse().setResponseCode(refusal.get().status());
            }
            if (String.valueOf(request.getPath()).endsWith("/selfsubjectrulesreviews")) {
                return new MockResponse().setResponseCode(201).setBody(MAY_EVERYTHING);
            }
            Optional<String> refused = rights.refusal(
                    user(String.valueOf(request.getHeader("User-Agent"))),
                    request.getMethod(),
                    URI.create(String.valueOf(request.getPath())));
            if (refused.isPresent()) {
                return new MockResponse().setResponseCode(FORBIDDEN).setBody(refused.get());
            }
            try {
                return super.dispatch(request);
            } catch (JsonPatchException e) {
                return new MockResponse().setResponseCode(UNPROCESSABLE);
            }
        }

        @Override
        public MockResponse handleGet(String path) {
            return super.handleGet(withoutSelector(path));
        }

        @Override
        public MockResponse handleWatch(String path) {
            return super.handleWatch(withoutSelector(path));
        }
    };
    private MockWebServer web = new MockWebServer();
    private KubernetesMockServer mock = start(0);
    private final int port = web.getPort();
    private final KubernetesClient client =
            new KubernetesClientBuilder().withConfig(config()).build();

    private KubernetesMockServer start(int atPort) {
        KubernetesMockServer made = new KubernetesMockServer(new Context(), web, new HashMap<>(), objects, false);
        made.init(InetAddress.getLoopbackAddress(), atPort);
        return made;
    }

    private static String user(String userAgent) {
        return ACCOUNTS.contains(userAgent) ? "system:serviceaccount:kube-system:" + userAgent : "administrator";
    }

    /** Without the selector, a mock that knows only metadata would find nothing. */
    private static String withoutSelector(String path) {
        int start = path.indexOf(SELECTOR);
        if (start < 0) {
            return path;
        }
        int end = path.indexOf('&', start);
        return path.substring(0, start) + (end < 0 ? "" : path.substring(end + 1));
    }

    private Config config() {
        return new ConfigBuilder(Config.empty())
                .withMasterUrl(url())
                .withNamespace("default")
                .build();
    }

    public String url() {
        return "http://127.0.0.1:" + port;
    }

    /** Who asked, request by request. */
    List<String> userAgents() {
        return userAgents;
    }

    /** What is under test of a daemon, connected to this server with the daemon's rights. */
    public ApiServer open() {
        return openAs("aws-node");
    }

    /** What is under test, connected to this server with the rights of a service account of {@code kube-system}. */
    ApiServer openAs(String account) {
        ApiServer server = new ApiServer(this::config, new ApiServer.Access(Optional.empty(), account), new Random(1));
        opened.add(server);
        return server;
    }

    /** Grants the daemon what it needs for ANNOTATE_POD_IP besides. */
    public TestApiServer withPodAnnotations() {
        rights = Manifests.rightsWithPodAnnotations();
        return this;
    }

    /** For looking at and changing what the server has. */
    public KubernetesClient client() {
        return client;
    }

    public <T extends HasMetadata> T create(T object) {
        return client.resource(object).create();
    }

    /** The next {@code count} requests with this method fail. */
    public TestApiServer refuse(String method, int status, int count) {
        for (int i = 0; i < count; i++) {
            refusals.add(new Refusal(method, status));
        }
        return this;
    }

    public List<String> requests(String prefix) {
        return requests.stream().filter(request -> request.startsWith(prefix)).toList();
    }

    /** Closes every connection and refuses new ones; the objects stay. */
    public void goAway() {
        web.shutdown();
    }

    public void comeBack() {
        web = new MockWebServer();
        mock = start(port);
    }

    @Override
    public void close() {
        opened.forEach(ApiServer::close);
        client.close();
        mock.destroy();
    }
}
