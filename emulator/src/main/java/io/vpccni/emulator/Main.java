package io.vpccni.emulator;

import io.vpccni.emulator.admin.AdminApi;
import io.vpccni.emulator.cloud.CloudError;
import io.vpccni.emulator.fabric.BranchLinks;
import io.vpccni.emulator.fabric.Fabric;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** The emulator as a program of its own. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) throws InterruptedException {
        CommandLine line = CommandLine.parse(List.of(arguments));
        switch (line) {
            case CommandLine.Help _ -> System.out.print(CommandLine.USAGE + "\nAdmin API:\n" + AdminApi.HELP);
            case CommandLine.Wrong wrong -> fail(wrong.message());
            case CommandLine.Run run -> serve(run);
        }
    }

    private static void serve(CommandLine.Run run) throws InterruptedException {
        try {
            Emulator emulator = Emulator.start(run.options());
            Optional<Fabric> fabric = fabric(emulator, run);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> close(emulator, fabric), "emulator-close"));
            announce(emulator, System.out);
            new CountDownLatch(1).await();
        } catch (CloudError e) {
            fail(e.text());
        } catch (IOException e) {
            fail(String.valueOf(e.getMessage()));
        } catch (UncheckedIOException e) {
            fail(e.getMessage() + ": "
                    + (e.getCause() == null ? "" : e.getCause().getMessage()));
        }
    }

    private static Optional<Fabric> fabric(Emulator emulator, CommandLine.Run run) throws IOException {
        if (run.world().isEmpty()) {
            return Optional.empty();
        }
        Optional<String> obstacle = Fabric.obstacle();
        if (obstacle.isPresent()) {
            System.err.println("emulator: no fabric: " + obstacle.get());
            return Optional.empty();
        }
        BranchLinks branches = run.branches().isPresent() ? run.branches().get() : BranchLinks.usual();
        return Optional.of(Fabric.start(emulator, run.world().get().name(), branches));
    }

    private static void close(Emulator emulator, Optional<Fabric> fabric) {
        if (fabric.isPresent()) {
            try {
                fabric.get().close();
            } catch (IOException e) {
                System.err.println("emulator: the fabric has left something behind: " + e.getMessage());
            }
        }
        emulator.close();
    }

    /** One {@code NAME=value} a line, so that a shell can read it. */
    static void announce(Emulator emulator, PrintStream out) {
        out.println("AWS_ENDPOINT_URL_EC2=" + emulator.ec2Endpoint());
        out.println("EMULATOR_ADMIN_URL=" + emulator.adminEndpoint());
        for (EmulatedNode node : emulator.nodes()) {
            out.println("# " + node.name() + " " + node.instanceId() + " " + node.instanceType());
            out.println("AWS_EC2_METADATA_SERVICE_ENDPOINT=" + node.imdsEndpoint());
            emulator.namespaceOf(node.name()).ifPresent(path -> out.println("VPCCNI_HOST_NETNS=" + path));
        }
        out.flush();
    }

    private static void fail(String message) {
        System.err.println("emulator: " + message + " (see --help)");
        System.exit(2);
    }
}
