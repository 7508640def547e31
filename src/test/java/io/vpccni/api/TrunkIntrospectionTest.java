package io.vpccni.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vpccni.config.Environment;
import io.vpccni.config.NodeSettingsReader;
import io.vpccni.daemon.Node;
import io.vpccni.emulator.Emulator;
import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.emulator.cloud.Ec2Request;
import io.vpccni.emulator.cloud.Ec2Result;
import io.vpccni.emulator.cloud.NetworkInterface;
import io.vpccni.testing.Account;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A trunk interface among those of its node. */
class TrunkIntrospectionTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir
    private Path folder = Path.of("");

    @Test
    void theTrunkHasTheReferencesShapeAndNoAddresses() throws IOException {
        try (Emulator emulator = Emulator.start(EmulatorOptions.instant().withNodes(1))) {
            NetworkInterface trunk = attachTrunk(emulator);
            try (Node node =
                    Node.of(new NodeSettingsReader(new Environment(variables(emulator)), _ -> Map.of()).read())) {
                node.start();
                node.ready().await().atMost(LONG);

                JsonNode card = Introspection.enis(node.view()).path("0");

                assertThat(card.path("ENIs").path(trunk.id()))
                        .isEqualTo(new ObjectMapper().readTree("""
                        {"ID":"%s","IsPrimary":false,"IsTrunk":true,"IsEFA":false,"DeviceNumber":2,"RouteTableID":3,
                        "SubnetID":"%s","AvailableIPv4Cidrs":{},"IPv6Cidrs":{},"IsExcludedForPodIPs":false}""".formatted(trunk.id(), trunk.subnetId())));
                assertThat(card.path("ENIs"))
                        .filteredOn(eni -> eni.path("IsTrunk").asBoolean())
                        .hasSize(1);
            }
        }
    }

    private static NetworkInterface attachTrunk(Emulator emulator) {
        String instance = emulator.node("node1").instanceId();
        NetworkInterface primary = emulator.ask(
                core -> core.cloud().world().primaryInterface(instance).orElseThrow());
        NetworkInterface trunk = ((Ec2Result.Created) Account.call(
                        emulator,
                        Ec2Request.CreateNetworkInterface.in(primary.subnetId())
                                .withInterfaceType(NetworkInterface.TRUNK)))
                .eni();
        Account.call(emulator, new Ec2Request.AttachNetworkInterface(trunk.id(), instance, 2, 0));
        return trunk;
    }

    private Map<String, String> variables(Emulator emulator) {
        return Map.of(
                "AWS_ENDPOINT_URL_EC2", emulator.ec2Endpoint().toString(),
                "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                        emulator.node("node1").imdsEndpoint().toString(),
                "AWS_VPC_K8S_CNI_BACKING_STORE", folder.resolve("ipam.json").toString(),
                "VPCCNI_DRY_DATAPLANE", "true");
    }
}
