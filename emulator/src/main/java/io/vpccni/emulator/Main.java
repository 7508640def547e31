package io.vpccni.emulator;

import io.vpccni.emulator.admin.AdminApi;
import io.vpccni.emulator.cloud.CloudError;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** The emulator as a program of its own. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) throws InterruptedException {
        CommandLine line = CommandLine.parse(List.of(arguments));
        switch (line) {
            case CommandLine.Help _ -> System.out.print(CommandLine.USAGE + "\nAdmin API:\n" + AdminApi.HELP);
            case CommandLine.Wrong wrong -> fail(wrong.message());
            case CommandLine.Run run -> serve(run.options());
        }
    }

    private static void serve(EmulatorOptions options) throws InterruptedException {
        try {
            Emulator emulator = Emulator.start(options);
            Runtime.getRuntime().addShutdownHook(new Thread(emulator::close, "emulator-close"));
            announce(emulator, System.out);
            new CountDownLatch(1).await();
        } catch (CloudError e) {
            fail(e.text());
        } catch (UncheckedIOException e) {
            fail(e.getMessage() + ": "
                    + (e.getCause() == null ? "" : e.getCause().getMessage()));
        }
    }

    /** One {@code NAME=value} a line, so that a shell can read it. */
    static void announce(Emulator emulator, PrintStream out) {
        out.println("AWS_ENDPOINT_URL_EC2=" + emulator.ec2Endpoint());
        out.println("EMULATOR_ADMIN_URL=" + emulator.adminEndpoint());
        for (EmulatedNode node : emulator.nodes()) {
            out.println("# " + node.name() + " " + node.instanceId() + " " + node.instanceType());
            out.println("AWS_EC2_METADATA_SERVICE_ENDPOINT=" + node.imdsEndpoint());
        }
        out.flush();
    }

    private static void fail(String message) {
        System.err.println("emulator: " + message + " (see --help)");
        System.exit(2);
    }
}
