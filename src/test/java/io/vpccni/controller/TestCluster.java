package io.vpccni.controller;

import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.vertx.core.Vertx;
import io.vpccni.branch.BranchEni;
import io.vpccni.config.ControllerSettings;
import io.vpccni.config.ControllerSettingsReader;
import io.vpccni.config.Environment;
import io.vpccni.ec2.AwsClients;
import io.vpccni.emulator.Emulator;
import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.emulator.cloud.NetworkInterface;
import io.vpccni.emulator.cloud.WorldPlan;
import io.vpccni.emulator.kubernetes.KubernetesServer;
import io.vpccni.kube.ApiServer;
import io.vpccni.kube.BranchAnnotation;
import io.vpccni.kube.crd.CniNode;
import io.vpccni.kube.crd.SecurityGroupPolicy;
import io.vpccni.testing.Eventually;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** A controller with a Kubernetes test server and the emulator, both over HTTP; the nodes are objects only. */
final class TestCluster implements AutoCloseable {

    final Emulator emulator;
    final KubernetesServer kubernetes;
    private final KubernetesClient client;
    private final Map<String, String> settings = new HashMap<>(Map.of(
            "CLUSTER_NAME", "test",
            "AWS_REGION", "us-west-2",
            "VPCCNI_BRANCH_IDLE", "0",
            "VPCCNI_WEBHOOK_HOST", "127.0.0.1",
            "VPCCNI_WEBHOOK_PORT", "0",
            "MY_POD_NAME", "controller-7f9c-abc12"));
    private final Vertx vertx = Vertx.vertx();
    private Optional<ControllerRole> controller = Optional.empty();
    private Optional<AwsClients> aws = Optional.empty();
    private Optional<ApiServer> server = Optional.empty();

    TestCluster(EmulatorOptions options) {
        emulator = Emulator.start(options.withPlan(WorldPlan.usual().withGroups("default", "web", "data")));
        settings.put("AWS_ENDPOINT_URL_EC2", emulator.ec2Endpoint().toString());
        settings.put(
                "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                emulator.nodes().getFirst().imdsEndpoint().toString());
        kubernetes = KubernetesServer.start(emulator);
        client = new KubernetesClientBuilder().withConfig(config()).build();
        client.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName("shop")
                        .endMetadata()
                        .build())
                .create();
    }

    TestCluster with(String variable, String value) {
        settings.put(variable, value);
        return this;
    }

    KubernetesClient client() {
        return client;
    }

    /** Begins to control, with what the servers have. */
    ControllerRole start() {
        Environment environment = new Environment(settings);
        ControllerSettings read = new ControllerSettingsReader(environment, _ -> Map.of()).read();
        AwsClients clients = new AwsClients(read.cloud(), RandomGenerator.getDefault());
        ApiServer api = new ApiServer(
                this::config,
                new ApiServer.Access(Optional.empty(), "amazon-vpc-resource-controller-k8s"),
                RandomGenerator.getDefault());
        server = Optional.of(api);
        ControllerRole role = new ControllerRole(
                read,
                api,
                clients.trunks("us-west-2", InstantSource.system(), read.rate(), read.burst()),
                InstantSource.system());
        aws = Optional.of(clients);
        controller = Optional.of(role);
        role.start(client, vertx, () -> {});
        return role;
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

    private Config config() {
        return new ConfigBuilder(Config.empty())
                .withMasterUrl(kubernetes.url().toString())
                .withNamespace("default")
                .build();
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
        return client().resource(new PodBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withNamespace("shop")
                        .withLabels(labels)
                        .endMetadata()
                        .withNewSpec()
                        .withNodeName(node)
                        .withServiceAccountName("default")
                        .addNewContainer()
                        .withName("main")
                        .withNewResources()
                        .addToLimits(BranchAnnotation.KEY, new Quantity("1"))
                        .addToRequests(BranchAnnotation.KEY, new Quantity("1"))
                        .endResources()
                        .endContainer()
                        .endSpec()
                        .build())
                .create();
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
        client.close();
        kubernetes.close();
        emulator.close();
    }
}
