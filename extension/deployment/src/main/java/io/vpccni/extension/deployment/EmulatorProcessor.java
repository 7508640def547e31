package io.vpccni.extension.deployment;

import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.builditem.DevServicesResultBuildItem;
import io.quarkus.deployment.builditem.LaunchModeBuildItem;
import io.quarkus.runtime.LaunchMode;
import io.vpccni.emulator.cloud.NodePlan;
import io.vpccni.emulator.mirror.Account;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.eclipse.microprofile.config.ConfigProvider;

/** Starts the emulator before the application in dev and test, and gives the application its addresses. */
class EmulatorProcessor {

    @BuildStep
    Optional<DevServicesResultBuildItem> emulator(LaunchModeBuildItem launch, EmulatorBuildConfig config) {
        if (launch.getLaunchMode() == LaunchMode.NORMAL || !config.enabled()) {
            return Optional.empty();
        }
        String world = launch.getLaunchMode() == LaunchMode.DEVELOPMENT
                ? "dev"
                : "test" + ProcessHandle.current().pid();
        NodePlan plain = NodePlan.of(config.instanceType());
        NodePlan node = config.ipv6() ? plain.withIpv6() : plain;
        Optional<Account> mirrored =
                config.mirror() ? Optional.of(Account.of(EmulatorProcessor::variable)) : Optional.empty();
        if (mirrored.isPresent() && config.ipv6()) {
            throw new IllegalArgumentException(
                    "vpccni.emulator.ipv6 needs the emulator's own EC2: a mirror of another one has IPv4 only");
        }
        boolean kubernetes =
                mirrored.isEmpty() && config.kubernetes().orElse(launch.getLaunchMode() == LaunchMode.DEVELOPMENT);
        Map<String, Function<EmulatorDevService, String>> variables = variables(config.nodes());
        if (kubernetes) {
            variables.putAll(clusterVariables(config.nodes()));
        }
        return Optional.of(DevServicesResultBuildItem.<EmulatorDevService>owned()
                .feature("vpc-cni")
                .serviceName("aws-emulator")
                .serviceConfig(config.nodes() + node.toString() + config.delays() + kubernetes + mirrored)
                .startable(() ->
                        new EmulatorDevService(world, config.nodes(), node, config.delays(), kubernetes, mirrored))
                .configProvider(variables)
                .build());
    }

    private static Optional<String> variable(String name) {
        return ConfigProvider.getConfig().getOptionalValue(name, String.class);
    }

    /** What the application reads: plain names for the first node, {@code vpccni.node.N.} before them for the others. */
    private static Map<String, Function<EmulatorDevService, String>> variables(int nodes) {
        Map<String, Function<EmulatorDevService, String>> variables = new LinkedHashMap<>();
        variables.put("AWS_ENDPOINT_URL_EC2", EmulatorDevService::ec2Endpoint);
        variables.put("VPCCNI_DRY_DATAPLANE", service -> Boolean.toString(!service.hasFabric()));
        variables.put("vpccni.nodes", _ -> Integer.toString(nodes));
        for (int number = 1; number <= nodes; number++) {
            String prefix = number == 1 ? "" : "vpccni.node." + number + ".";
            int node = number;
            variables.put(prefix + "AWS_EC2_METADATA_SERVICE_ENDPOINT", service -> service.imdsEndpoint(node));
            variables.put(prefix + "VPCCNI_HOST_NETNS", service -> service.namespace(node));
            variables.put(prefix + "VPCCNI_SOCKET", service -> service.file(node, "ipamd.sock"));
            variables.put(prefix + "AWS_VPC_K8S_CNI_BACKING_STORE", service -> service.file(node, "ipam.json"));
            variables.put(prefix + "HOST_CNI_CONFDIR_PATH", service -> service.networkFolder(node));
            variables.put(prefix + "VPCCNI_CONFLIST_TEMPLATE", service -> service.template(node));
            variables.put(prefix + "HOST_CNI_BIN_PATH", service -> service.file(node, "opt/cni/bin"));
            variables.put(prefix + "AWS_VPC_K8S_PLUGIN_LOG_FILE", service -> service.file(node, "plugin.log"));
        }
        return variables;
    }

    /** With these the application is a part of the cluster: its controller, and the daemon of each of its nodes. */
    private static Map<String, Function<EmulatorDevService, String>> clusterVariables(int nodes) {
        Map<String, Function<EmulatorDevService, String>> variables = new LinkedHashMap<>();
        variables.put("quarkus.kubernetes-client.api-server-url", EmulatorDevService::kubernetesUrl);
        variables.put("VPCCNI_ROLE", _ -> "node,controller");
        variables.put("CLUSTER_NAME", _ -> "dev");
        variables.put("VPCCNI_WEBHOOK_HOST", _ -> EmulatorDevService.LOOPBACK);
        variables.put("VPCCNI_WEBHOOK_PORT", service -> Integer.toString(service.webhookPort()));
        variables.put(
                "VPCCNI_WEBHOOK_URL",
                service -> "https://" + EmulatorDevService.LOOPBACK + ":" + service.webhookPort());
        variables.put("ENABLE_POD_ENI", _ -> "true");
        variables.put("VPCCNI_BRANCH_LINK", EmulatorDevService::branchLinks);
        for (int number = 1; number <= nodes; number++) {
            String name = "node" + number;
            variables.put((number == 1 ? "" : "vpccni.node." + number + ".") + "MY_NODE_NAME", _ -> name);
        }
        return variables;
    }
}
