package io.vpccni.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.vpccni.api.proto.rpc.AddNetworkReply;
import io.vpccni.api.proto.rpc.AddNetworkRequest;
import io.vpccni.api.proto.rpc.DelNetworkReply;
import io.vpccni.api.proto.rpc.DelNetworkRequest;
import io.vpccni.api.proto.rpc.IPAllocationMetadata;
import io.vpccni.config.Environment;
import io.vpccni.config.NodeSettingsReader;
import io.vpccni.daemon.Node;
import io.vpccni.emulator.Emulator;
import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.emulator.kubernetes.KubernetesServer;
import io.vpccni.kube.ApiServer;
import io.vpccni.kube.BranchAnnotation;
import io.vpccni.kube.crd.CniNode;
import io.vpccni.testing.Clusters;
import io.vpccni.testing.Manifests;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the reference's plugin is answered about a pod with a branch interface. */
class BranchReplyTest {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final String ANNOTATION = "[{\"eniId\":\"eni-0b\",\"ifAddress\":\"02:00:0a:00:03:07\",\"privateIp\":"
            + "\"10.0.3.9\",\"ipv6Addr\":\"\",\"vlanId\":7,\"subnetCidr\":\"10.0.3.0/24\",\"subnetV6Cidr\":\"\","
            + "\"associationID\":\"trunk-assoc-1\"}]";

    @TempDir
    private Path folder = Path.of("");

    @Test
    void theRepliesToAnAddAndADelSayTheVlan() throws IOException {
        try (Emulator emulator = Emulator.start(EmulatorOptions.instant().withNodes(1));
                KubernetesServer cluster = KubernetesServer.start(emulator);
                KubernetesClient client = new KubernetesClientBuilder()
                        .withConfig(Clusters.config(cluster))
                        .build()) {
            cluster.enforce(Manifests.rights());
            String uid = createPodAndTrunk(client);
            Node node = Node.of(
                    new NodeSettingsReader(new Environment(variables(emulator)), _ -> Map.of()).read(),
                    access -> new ApiServer(() -> Clusters.config(cluster), access, new Random(1)));
            try {
                node.start();
                node.ready().await().atMost(LONG);
                ReferenceBackend backend = new ReferenceBackend(node);

                AddNetworkReply added = backend.addNetwork(AddNetworkRequest.newBuilder()
                                .setNetworkName("aws-cni")
                                .setContainerID("c1")
                                .setIfName("eth0")
                                .setK8SPODNAMESPACE("shop")
                                .setK8SPODNAME("web")
                                .setClientVersion("v1.23.1")
                                .build())
                        .await()
                        .atMost(LONG);
                DelNetworkReply deleted = backend.delNetwork(DelNetworkRequest.newBuilder()
                                .setNetworkName("aws-cni")
                                .setContainerID("c1")
                                .setIfName("eth0")
                                .setK8SPODNAMESPACE("shop")
                                .setK8SPODNAME("web")
                                .setK8SPODUID(uid)
                                .setClientVersion("v1.23.1")
                                .build())
                        .await()
                        .atMost(LONG);

                assertThat(added.getSuccess()).isTrue();
                assertThat(added.getPodVlanId()).isEqualTo(7);
                assertThat(added.getPodENIMAC()).isEqualTo("02:00:0a:00:03:07");
                assertThat(added.getPodENISubnetGW()).isEqualTo("10.0.3.1");
                assertThat(added.getIPAllocationMetadataList()).containsExactly(metadata());
                assertThat(deleted.getSuccess()).isTrue();
                assertThat(deleted.getPodVlanId()).isEqualTo(7);
                assertThat(deleted.getIPAllocationMetadataList()).containsExactly(metadata());
            } finally {
                node.close();
            }
        }
    }

    /** Device −1 and table 0: a branch is no device of the instance. */
    private static IPAllocationMetadata metadata() {
        return IPAllocationMetadata.newBuilder()
                .setIPv4Addr("10.0.3.9")
                .setDeviceNumber(-1)
                .setRouteTableId(0)
                .build();
    }

    private Map<String, String> variables(Emulator emulator) {
        return Map.of(
                "AWS_ENDPOINT_URL_EC2", emulator.ec2Endpoint().toString(),
                "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                        emulator.node("node1").imdsEndpoint().toString(),
                "AWS_VPC_K8S_CNI_BACKING_STORE", folder.resolve("ipam.json").toString(),
                "VPCCNI_SOCKET", folder.resolve("ipamd.sock").toString(),
                "VPCCNI_DRY_DATAPLANE", "true",
                "ENABLE_POD_ENI", "true",
                "MY_NODE_NAME", "node1");
    }

    /** Returns the pod's uid. */
    private static String createPodAndTrunk(KubernetesClient client) {
        client.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName("shop")
                        .endMetadata()
                        .build())
                .create();
        CniNode cniNode = new CniNode();
        cniNode.setMetadata(new ObjectMetaBuilder().withName("node1").build());
        cniNode.setSpec(new CniNode.Spec(null, null, null));
        CniNode made = client.resource(cniNode).create();
        made.setStatus(new CniNode.Status(
                new CniNode.TrunkInterface("eni-0a", "02:00:0a:00:00:77", 2, "subnet-1", List.of())));
        client.resource(made).updateStatus();
        return Objects.requireNonNull(client.resource(new PodBuilder()
                        .withNewMetadata()
                        .withNamespace("shop")
                        .withName("web")
                        .addToAnnotations(BranchAnnotation.KEY, ANNOTATION)
                        .endMetadata()
                        .withNewSpec()
                        .withNodeName("node1")
                        .addNewContainer()
                        .withName("main")
                        .withNewResources()
                        .addToLimits(BranchAnnotation.KEY, new Quantity("1"))
                        .endResources()
                        .endContainer()
                        .endSpec()
                        .build())
                .create()
                .getMetadata()
                .getUid());
    }
}
