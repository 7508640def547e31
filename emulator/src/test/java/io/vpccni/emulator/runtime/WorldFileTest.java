package io.vpccni.emulator.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorldFileTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @Test
    void whatIsWrittenIsRead() throws IOException {
        var wired = new WorldFile.Node("node1", Path.of("/run/netns/a"), Path.of("/tmp/s"), Path.of("/tmp/node1"));
        var dry = new WorldFile.Node("node2", null, Path.of("/tmp/t"), Path.of("/tmp/node2"));
        var world = new WorldFile(
                "dev",
                URI.create("http://127.0.0.1:1"),
                URI.create("http://127.0.0.1:2"),
                "203.0.113.10",
                List.of(wired, dry));
        Path file = folder.resolve("made/world.json");

        world.write(file);

        assertThat(WorldFile.read(file)).isEqualTo(world);
        assertThat(world.node("node2")).contains(dry);
        assertThat(wired.configuration()).isEqualTo(Path.of("/tmp/node1/etc/cni/net.d/10-aws.conflist"));
        assertThat(file.getParent())
                .isDirectoryContaining("glob:**/world.json")
                .isDirectoryNotContaining("glob:**.new");
    }

    @Test
    void aFieldThatIsMissingIsNamed() throws IOException {
        Path file = Files.writeString(folder.resolve("world.json"), "{\"world\":\"dev\"}");

        assertThatThrownBy(() -> WorldFile.read(file)).hasMessage(file + ": adminUrl is missing");
    }

    @Test
    void noFileIsNoWorld() {
        assertThatThrownBy(() -> WorldFile.read(folder.resolve("world.json"))).isInstanceOf(NoSuchFileException.class);
    }
}
