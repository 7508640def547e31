package io.vpccni.controller;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.micrometer.prometheus.PrometheusConfig;
import io.micrometer.prometheus.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vpccni.branch.BranchEni;
import io.vpccni.branch.KnownBranch;
import io.vpccni.config.ControllerSettings;
import io.vpccni.config.ControllerSettingsReader;
import io.vpccni.config.Environment;
import io.vpccni.ec2.AwsClients;
import io.vpccni.emulator.Emulator;
import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.emulator.Reply;
import io.vpccni.emulator.cloud.Ec2Request;
import io.vpccni.emulator.cloud.Ec2Result;
import io.vpccni.emulator.cloud.NetworkInterface;
import io.vpccni.emulator.cloud.WorldPlan;
import io.vpccni.emulator.kubernetes.KubernetesServer;
import io.vpccni.kube.ApiServer;
import io.vpccni.kube.BranchAnnotation;
import io.vpccni.kube.TrunkRecord;
import io.vpccni.kube.crd.CniNode;
import io.vpccni.kube.crd.SecurityGroupPolicy;
import io.vpccni.testing.Clusters;
import io.vpccni.testing.Eventually;
import io.vpccni.testing.IamPolicies;
import io.vpccni.testing.Manifests;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A controller with a Kubernetes test server and the emulator, both over HTTP; the nodes are objects only. */
final class TestCluster implements AutoCloseable {

    /** By which the server knows the controller, whose rights are those of the manifests. */
    private static final String AGENT = "amazon-vpc-resource-controller-k8s";

    final Emulator emulator;
    final KubernetesServer kubernetes;
    private final KubernetesClient client;
    private final KubernetesClient ownClient;
    private final Map<String, String> settings = new HashMap<>(Map.of(
            "CLUSTER_NAME", "test",
            "AWS_REGION", "us-west-2",
            "VPCCNI_BRANCH_IDLE", "0",
            "VPCCNI_WEBHOOK_HOST", "127.0.0.1",
            "MY_POD_NAME", "controller-7f9c-abc12"));
    private final Vertx vertx = Vertx.vertx();
    final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private volatile Duration ahead = Duration.ZERO;
    private Optional<ControllerRole> controller = Optional.empty();
    private Optional<AwsClients> aws = Optional.empty();
    private Optional<ApiServer> server = Optional.empty();

    TestCluster(EmulatorOptions options) {
        emulator = IamPolicies.enforce(
                "vpc-cni-controller.json",
                Emulator.start(options.withPlan(WorldPlan.usual().withGroups("default", "web", "data"))));
        settings.put("AWS_ENDPOINT_URL_EC2", emulator.ec2Endpoint().toString());
        settings.put(
                "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                emulator.nodes().getFirst().imdsEndpoint().toString());
        int port = freePort();
        settings.put("VPCCNI_WEBHOOK_PORT", Integer.toString(port));
        settings.put("VPCCNI_WEBHOOK_URL", "https://127.0.0.1:" + port);
        kubernetes = KubernetesServer.start(emulator);
        kubernetes.enforce(Manifests.rights());
        client = new KubernetesClientBuilder()
                .withConfig(Clusters.config(kubernetes))
                .build();
        ownClient = new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(Clusters.config(kubernetes))
                        .withUserAgent(AGENT)
                        .build())
                .build();
        client.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName("shop")
                        .endMetadata()
                        .build())
                .create();
    }

    /** The API server is told of the port before anybody listens there. */
    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    TestCluster with(String variable, String value) {
        settings.put(variable, value);
        return this;
    }

    /** May do everything. */
    KubernetesClient client() {
        return client;
    }

    /** May do what the controller may. */
    KubernetesClient ownClient() {
        return ownClient;
    }

    /** Begins to control, with what the servers have. */
    ControllerRole start() {
        Environment environment = new Environment(settings);
        ControllerSettings read = new ControllerSettingsReader(environment, _ -> Map.of()).read();
        ControllerMetrics metrics = new ControllerMetrics(registry);
        AwsClients clients = new AwsClients(read.cloud(), RandomGenerator.getDefault(), metrics);
        ApiServer api = new ApiServer(
                () -> Clusters.config(kubernetes),
                new ApiServer.Access(Optional.empty(), AGENT),
                RandomGenerator.getDefault());
        server = Optional.of(api);
        ControllerRole role = new ControllerRole(
                read,
                api,
                clients.trunks("us-west-2", InstantSource.system(), read.rate(), read.burst()),
                metrics,
                () -> Instant.now().plus(ahead));
        aws = Optional.of(clients);
        controller = Optional.of(role);
        role.start(ownClient, vertx, () -> {});
        return role;
    }

    /** The controller's clock jumps. */
    void letPass(Duration time) {
        ahead = ahead.plus(time);
    }

    /** Ends it, and forgets everything that it knew. */
    void stop() {
        controller.ifPresent(ControllerRole::close);
        aws.ifPresent(AwsClients::close);
        server.ifPresent(ApiServer::close);
        controller = Optional.empty();
        aws = Optional.empty();
        server = Optional.empty();
    }

    /** The daemon of the node asks for security groups for pods, once it finds its CNINode. */
    void askForTrunk(String node) throws Exception {
        Eventually.get("the CNINode of " + node, () -> cniNode(node), Optional::isPresent);
        client().resources(CniNode.class)
                .withName(node)
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        "{\"spec\":{\"features\":[{\"name\":\"SecurityGroupsForPods\"}]}}");
    }

    Optional<CniNode> cniNode(String node) {
        return Optional.ofNullable(
                client().resources(CniNode.class).withName(node).get());
    }

    /** The trunk that the node's CNINode says. */
    String writtenTrunk(String node) {
        return cniNode(node)
                .flatMap(TrunkRecord::of)
                .map(record -> record.eni().value())
                .orElse("");
    }

    /** The trunk that the node's instance has in EC2; empty when it has none. */
    String trunkOf(String node) {
        return emulator.ask(core -> core.cloud().world().instances().values().stream()
                .filter(instance -> instance.name().equals(node))
                .flatMap(instance -> core.cloud().world().interfacesOf(instance.id()).stream())
                .filter(NetworkInterface::isTrunk)
                .map(NetworkInterface::id)
                .findFirst()
                .orElse(""));
    }

    /** Somebody takes the interface away from its instance. */
    void detach(String eni) {
        String attachment =
                Objects.requireNonNull(eni(eni).orElseThrow().attachment()).id();
        emulator.run(core -> core.submit(new Ec2Request.DetachNetworkInterface(attachment, false), Instant.now()));
    }

    /** The branches that the node's CNINode says. */
    List<KnownBranch> written(String node) {
        return cniNode(node).flatMap(TrunkRecord::of).map(TrunkRecord::branches).orElse(List.of());
    }

    void coolDown(int seconds) {
        client().resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withName("amazon-vpc-cni")
                        .withNamespace("kube-system")
                        .endMetadata()
                        .addToData("branch-eni-cooldown", Integer.toString(seconds))
                        .build())
                .create();
    }

    /** From now on the account may make no trunks. */
    void closeTrunkApi() {
        emulator.run(core -> core.cloud().setLimits(core.cloud().limits().withTrunkApi(false)));
    }

    /** What people are told about an object. */
    List<String> notesOf(String name) {
        return client().events().v1().events().inAnyNamespace().list().getItems().stream()
                .filter(event -> event.getRegarding().getName().equals(name))
                .map(event -> event.getReason() + ": " + event.getNote())
                .toList();
    }

    void policy(String name, Map<String, String> labels, String... groups) {
        SecurityGroupPolicy policy = new SecurityGroupPolicy();
        policy.setMetadata(
                new ObjectMetaBuilder().withName(name).withNamespace("shop").build());
        policy.setSpec(new SecurityGroupPolicy.Spec(
                new LabelSelectorBuilder().withMatchLabels(labels).build(),
                null,
                new SecurityGroupPolicy.GroupIds(List.of(groups))));
        client().resource(policy).create();
    }

    /** A pod that asks for a branch and that the scheduler has placed. */
    Pod pod(String name, String node, Map<String, String> labels) {
        return client().resource(described(name, labels)
                        .editSpec()
                        .withNodeName(node)
                        .endSpec()
                        .build())
                .create();
    }

    /** The same, with the scheduler's own call. */
    void bindPod(String name, String node, Map<String, String> labels) {
        client().resource(described(name, labels).build()).create();
        client().raw(
                        "/api/v1/namespaces/shop/pods/" + name + "/binding",
                        "POST",
                        Map.of("target", Map.of("kind", "Node", "name", node)));
    }

    private static PodBuilder described(String name, Map<String, String> labels) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace("shop")
                .withLabels(labels)
                .endMetadata()
                .withNewSpec()
                .withServiceAccountName("default")
                .addNewContainer()
                .withName("main")
                .withNewResources()
                .addToLimits(BranchAnnotation.KEY, new Quantity("1"))
                .addToRequests(BranchAnnotation.KEY, new Quantity("1"))
                .endResources()
                .endContainer()
                .endSpec();
    }

    void deletePod(String name) {
        client().pods().inNamespace("shop").withName(name).delete();
    }

    Optional<BranchEni> annotationOf(String pod) {
        return Optional.ofNullable(
                        client().pods().inNamespace("shop").withName(pod).get())
                .map(found -> found.getMetadata().getAnnotations())
                .map(annotations -> annotations.get(BranchAnnotation.KEY))
                .map(BranchAnnotation::read);
    }

    /** Pods that have their annotation. */
    int annotated() {
        return Math.toIntExact(client().pods().inNamespace("shop").list().getItems().stream()
                .filter(pod -> pod.getMetadata().getAnnotations() != null
                        && pod.getMetadata().getAnnotations().containsKey(BranchAnnotation.KEY))
                .count());
    }

    /** Calls of EC2 so far. */
    long calls() {
        return emulator.ask(core -> core.journal().calls());
    }

    /** What the API server is answered that asks about an object at one of the controller's webhooks. */
    JsonNode ask(String path, String authority, JsonNode review) throws Exception {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        trusted.setCertificateEntry(
                "authority",
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(authority.getBytes(StandardCharsets.US_ASCII))));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(null, trust.getTrustManagers(), null);
        int port = controller.orElseThrow().webhookPort();
        try (HttpClient http = HttpClient.newBuilder().sslContext(tls).build()) {
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + port + path))
                            .POST(HttpRequest.BodyPublishers.ofString(review.toString()))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new IllegalStateException(answer.statusCode() + ": " + answer.body());
            }
            return new ObjectMapper().readTree(answer.body());
        }
    }

    BranchEni branchOf(String pod) throws Exception {
        return Eventually.get("the annotation of " + pod, () -> annotationOf(pod), Optional::isPresent)
                .orElseThrow();
    }

    /** How EC2 sees an interface. */
    Optional<NetworkInterface> eni(String id) {
        return Optional.ofNullable(
                emulator.ask(core -> core.cloud().world().interfaces().get(id)));
    }

    List<NetworkInterface> branches() {
        return emulator.ask(core -> core.cloud().world().interfaces().values().stream()
                .filter(eni -> eni.description().equals("aws-k8s-branch-eni"))
                .toList());
    }

    /** The id of a security group of the world. */
    String group(String name) {
        return emulator.ask(core -> core.cloud().world().groups().values().stream()
                .filter(group -> group.name().equals(name))
                .findFirst()
                .orElseThrow()
                .id());
    }

    /** A new security group, which lets everything out and nothing in. */
    String closedGroup(String name) {
        return emulator.ask(core -> {
            String vpc = core.cloud().world().vpcs().keySet().iterator().next();
            Reply made = core.submit(new Ec2Request.CreateSecurityGroup(name, "a test", vpc, Map.of()), Instant.now());
            if (made.outcome() instanceof Reply.Outcome.Ok(Ec2Result.GroupCreated created)) {
                return created.group().id();
            }
            throw new IllegalStateException("no group: " + made);
        });
    }

    int capacity(String node) {
        return Optional.ofNullable(client().nodes().withName(node).get())
                .map(found -> Objects.requireNonNull(found.getStatus().getAllocatable())
                        .get(BranchAnnotation.KEY))
                .map(quantity -> quantity.getNumericalAmount().intValue())
                .orElse(0);
    }

    @Override
    public void close() {
        stop();
        vertx.close();
        ownClient.close();
        client.close();
        kubernetes.close();
        emulator.close();
    }
}
