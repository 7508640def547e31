package io.vpccni.extension.deployment;

import io.quarkus.deployment.builditem.Startable;
import io.vpccni.emulator.Emulator;
import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.emulator.faults.Delays;
import io.vpccni.emulator.faults.Throttle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One emulator, its fabric and the folder where its nodes keep their sockets and state files. A new emulator is a new world, so
 * what an older one left in the folder is thrown away.
 */
final class EmulatorDevService implements Startable {

    private final String world;
    private final EmulatorOptions options;
    private final Path folder;
    private @Nullable Emulator emulator;

    EmulatorDevService(String world, int nodes, String instanceType, String delays) {
        EmulatorOptions usual = EmulatorOptions.usual().withNodes(nodes).withInstanceType(instanceType);
        this.world = world;
        this.options = switch (delays) {
            case "published" -> usual;
            case "none" -> usual.withDelays(Delays.none()).withThrottle(Throttle.off());
            default ->
                throw new IllegalArgumentException(
                        "vpccni.emulator.delays is \"" + delays + "\", not \"published\" or \"none\"");
        };
        this.folder = Path.of(System.getProperty("java.io.tmpdir"), "vpccni-" + world);
    }

    @Override
    public void start() {
        DevFolder.empty(folder);
        emulator = Emulator.start(options);
    }

    String ec2Endpoint() {
        return running().ec2Endpoint().toString();
    }

    String imdsEndpoint(int node) {
        return running().nodes().get(node - 1).imdsEndpoint().toString();
    }

    boolean hasFabric() {
        return false;
    }

    String namespace(int node) {
        return "";
    }

    String file(int node, String name) {
        try {
            return Files.createDirectories(folder.resolve("node" + node))
                    .resolve(name)
                    .toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Emulator running() {
        return Objects.requireNonNull(emulator, "the emulator has not been started");
    }

    @Override
    public String getConnectionInfo() {
        return running().adminEndpoint().toString();
    }

    @Override
    public @Nullable String getContainerId() {
        return null;
    }

    @Override
    public void close() {
        Emulator running = emulator;
        if (running != null) {
            running.close();
            emulator = null;
        }
        DevFolder.remove(folder);
    }
}
