package io.vpccni.emulator.fabric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vpccni.netlink.ns.Netns;
import io.vpccni.netlink.ns.NetnsFd;
import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorldNameTest {
    @ParameterizedTest
    @ValueSource(strings = {"", "a-b", "Dev", "thirteenchars", "../x", "ä"})
    void aNameThatCouldBeMistakenIsRefused(String name) {
        assertThatThrownBy(() -> new WorldName(name)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void namespacesSayWhatTheyAre() {
        var world = new WorldName("dev");

        assertThat(world.router()).isEqualTo(Path.of("/run/netns/vpccni-dev-vpc"));
        assertThat(world.node("node1")).isEqualTo(Path.of("/run/netns/vpccni-dev-node1"));
        assertThat(world.pod("node1", "web")).isEqualTo(Path.of("/run/netns/vpccni-dev-pod-node1-web"));
    }

    @Test
    @RequiresNetworkNamespaces
    void onlyNamespacesOfThisWorldAreFound() throws IOException {
        var world = new WorldName("wname");
        var own = List.of(world.router(), world.node("node12"), world.pod("node1", "a"), world.pod("node12", "b"));
        var foreign = List.of(new WorldName("wname2").router(), Path.of("/run/netns/vpccni-wname-17-1"));
        try {
            for (var path : own) {
                Netns.create(path).close();
            }
            for (var path : foreign) {
                Netns.create(path).close();
            }

            assertThat(world.present()).containsExactlyInAnyOrderElementsOf(own);
            assertThat(world.pods("node1")).containsExactly(world.pod("node1", "a"));
        } finally {
            WorldName.remove(own);
            WorldName.remove(foreign);
        }
        assertThatThrownBy(() -> NetnsFd.open(world.router())).isInstanceOf(IOException.class);
    }
}
