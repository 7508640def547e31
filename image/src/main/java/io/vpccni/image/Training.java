package io.vpccni.image;

import io.vpccni.emulator.EmulatedNode;
import io.vpccni.emulator.Emulator;
import io.vpccni.emulator.EmulatorOptions;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Has the application do all that a start and some pods need, and the JVM note the classes that it loaded and linked for that
 * (JEP 483, 514, 515). EC2 and IMDS are the emulator's; no link is touched, so a build needs no privileges.
 *
 * <p>The JVM takes the cache only with the runtime that wrote it, the same jars with the same times in the same order, and the
 * same collector. Otherwise it says so and starts without.
 */
final class Training implements AutoCloseable {

    private static final int PODS = 10;
    private static final long LIMIT_SECONDS = 120;

    private final ImageRoot image;
    private final Path folder;
    private final Emulator emulator;

    private Training(ImageRoot image, Path folder, Emulator emulator) {
        this.image = image;
        this.folder = folder;
        this.emulator = emulator;
    }

    /** Writes the cache beside the application. */
    static void run(ImageRoot image) throws IOException, InterruptedException, ImageException {
        // A short path: that of a socket has at most 107 bytes.
        Path folder = Files.createTempDirectory("vpc-cni");
        try (Emulator emulator = Emulator.start(EmulatorOptions.instant().withNodes(1));
                Training training = new Training(image, folder, emulator)) {
            training.run();
        }
        if (!Files.exists(image.application().resolve(Launch.CACHE))) {
            throw new ImageException("the JVM wrote no AOT cache");
        }
    }

    private void run() throws IOException, InterruptedException, ImageException {
        Files.writeString(configuration(), """
                {"cniVersion": "0.4.0", "name": "aws-cni", "type": "aws-cni", "vethPrefix": "eni", "mtu": "9001"}
                """);
        Process daemon = start();
        try {
            awaitSocket(daemon);
            for (int pod = 0; pod < PODS; pod++) {
                call("ADD", pod);
            }
            for (int pod = 0; pod < PODS / 2; pod++) {
                call("DEL", pod);
            }
            daemon.destroy();
            if (!daemon.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                throw failed("it does not end");
            }
        } finally {
            daemon.destroyForcibly();
        }
    }

    private Process start() throws IOException {
        List<String> words =
                new ArrayList<>(List.of(image.java().resolve("bin/java").toString()));
        words.addAll(Launch.flags());
        words.add("-XX:AOTCacheOutput=" + image.application().resolve(Launch.CACHE));
        words.addAll(
                List.of("-jar", image.application().resolve("quarkus-run.jar").toString()));
        ProcessBuilder builder = new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(log().toFile());
        builder.environment().clear();
        builder.environment().putAll(variables());
        return builder.start();
    }

    private Map<String, String> variables() throws IOException {
        EmulatedNode node = emulator.nodes().getFirst();
        return Map.ofEntries(
                Map.entry("AWS_ENDPOINT_URL_EC2", emulator.ec2Endpoint().toString()),
                Map.entry(
                        "AWS_EC2_METADATA_SERVICE_ENDPOINT", node.imdsEndpoint().toString()),
                Map.entry(
                        "AWS_VPC_K8S_CNI_BACKING_STORE",
                        folder.resolve("ipam.json").toString()),
                Map.entry(
                        "AWS_VPC_K8S_CNI_LOG_FILE", folder.resolve("ipamd.log").toString()),
                Map.entry(
                        "HOST_CNI_CONFDIR_PATH",
                        Files.createDirectory(folder.resolve("net.d")).toString()),
                Map.entry("QUARKUS_HTTP_PORT", "0"),
                Map.entry("QUARKUS_MANAGEMENT_HOST", "127.0.0.1"),
                Map.entry("QUARKUS_MANAGEMENT_PORT", "0"),
                Map.entry("VPCCNI_DRY_DATAPLANE", "true"),
                Map.entry("VPCCNI_SOCKET", socket().toString()));
    }

    /** A call of the plugin, as a runtime makes it. */
    private void call(String command, int pod) throws IOException, InterruptedException, ImageException {
        Path home = image.programs().resolve("vpc-cni");
        Path result = folder.resolve("result");
        ProcessBuilder builder = new ProcessBuilder(
                        home.resolve("bin/java").toString(),
                        "-Dvpccni.socket=" + socket(),
                        "-cp",
                        home.resolve("client.jar").toString(),
                        "io.vpccni.client.cni.AwsCni")
                .redirectInput(Redirect.from(configuration().toFile()))
                .redirectErrorStream(true)
                .redirectOutput(result.toFile());
        builder.environment().clear();
        builder.environment()
                .putAll(Map.of(
                        "CNI_COMMAND",
                        command,
                        "CNI_CONTAINERID",
                        "training" + pod,
                        "CNI_NETNS",
                        "/var/run/netns/training" + pod,
                        "CNI_IFNAME",
                        "eth0",
                        "CNI_ARGS",
                        "K8S_POD_NAMESPACE=training;K8S_POD_NAME=pod" + pod,
                        "CNI_PATH",
                        "/opt/cni/bin"));
        Process plugin = builder.start();
        if (!plugin.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS) || plugin.exitValue() != 0) {
            plugin.destroyForcibly();
            throw failed(command + " failed: " + Files.readString(result).strip());
        }
    }

    private void awaitSocket(Process daemon) throws IOException, InterruptedException, ImageException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        while (!Files.exists(socket())) {
            if (!daemon.isAlive() || System.nanoTime() > end) {
                throw failed("it does not listen");
            }
            Thread.sleep(10);
        }
    }

    private Path configuration() {
        return folder.resolve("configuration");
    }

    private Path socket() {
        return folder.resolve("s");
    }

    private Path log() {
        return folder.resolve("log");
    }

    private ImageException failed(String how) throws IOException {
        return new ImageException("the application cannot be trained: " + how + "\n"
                + Files.readString(log()).strip());
    }

    @Override
    public void close() throws IOException {
        Folders.delete(folder);
    }
}
