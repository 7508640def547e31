package io.vpccni.client.init;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;

/** The program {@code aws-vpc-cni-init}. */
public final class InitProgram {

    private InitProgram() {}

    /** The programs to install lie around the runtime that this one is started with, wherever its launcher is. */
    public static void main(String[] arguments) {
        Path programs =
                Path.of(System.getProperty("java.home")).resolveSibling(".").normalize();
        System.exit(run(System.getenv(), programs, Path.of("/"), Patience.USUAL, System.err));
    }

    /** Prepares the node and returns the exit code. */
    static int run(Map<String, String> environment, Path folder, Path root, Patience patience, PrintStream stderr) {
        InitLog log = new InitLog(stderr);
        try {
            new Preparation(InitSettings.read(environment, log), folder, root, patience, log).run();
            log.info("CNI init container done");
            return 0;
        } catch (InitException e) {
            log.error(String.valueOf(e.getMessage()), e.reason());
            return 1;
        }
    }
}
