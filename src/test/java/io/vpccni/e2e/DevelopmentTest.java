package io.vpccni.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.vpccni.client.install.Install;
import io.vpccni.emulator.fabric.WorldName;
import io.vpccni.emulator.runtime.CniRuntime;
import io.vpccni.emulator.runtime.NetworkList;
import io.vpccni.emulator.runtime.NodePlugins;
import io.vpccni.emulator.runtime.Outcome;
import io.vpccni.emulator.runtime.Sandbox;
import io.vpccni.emulator.runtime.WorldFile;
import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import io.vpccni.testing.Eventually;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

/** The application on the emulator that the build starts for it, as in {@code quarkus:dev}. */
@QuarkusTest
@RequiresNetworkNamespaces
class DevelopmentTest {

    @ConfigProperty(name = "VPCCNI_SOCKET")
    Path socket;

    @Test
    void aRuntimeConnectsPodsByTheConfigurationThatTheDaemonPublishes() throws Exception {
        WorldFile world =
                WorldFile.read(Objects.requireNonNull(socket.getParent()).resolveSibling("world.json"));
        for (WorldFile.Node node : world.nodes()) {
            Eventually.is(true, "published on " + node.name(), () -> Files.exists(node.configuration()));
            String published = Files.readString(node.configuration());

            NodePlugins.install(node, classes());

            assertThat(node.configuration()).hasContent(published);
            NetworkList network = NetworkList.read(node.configuration());
            assertThat(network.plugins())
                    .extracting(plugin -> plugin.path("type").asText())
                    .containsExactly("aws-cni", "egress-cni");
            Pod pod = Pod.create(new WorldName(world.world()).pod(node.name(), "dev"), "dev");
            CniRuntime runtime = CniRuntime.of(
                            network, List.of(node.plugins()), node.folder().resolve("cni-cache"))
                    .inNode(Objects.requireNonNull(node.networkNamespace()));
            Sandbox sandbox = Sandbox.ofPod("container-dev", pod.namespace(), "test", "dev");

            assertThat(runtime.add(sandbox)).isInstanceOf(Outcome.Done.class);
            assertThat(pod.addresses()).hasSize(1);
            assertThat(runtime.delete(sandbox)).isInstanceOf(Outcome.Done.class);
            assertThat(pod.addresses()).isEmpty();
        }
    }

    private static String classes() {
        return Objects.requireNonNull(Install.class.getProtectionDomain().getCodeSource())
                .getLocation()
                .getPath();
    }
}
