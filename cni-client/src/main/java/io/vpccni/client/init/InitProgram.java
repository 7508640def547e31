package io.vpccni.client.init;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;

/** The program {@code aws-vpc-cni-init}. */
public final class InitProgram {

    private InitProgram() {}

    /** The kernel passes the launcher's path; the programs to install are those in its folder. */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length == 0) {
            System.err.println("usage: aws-vpc-cni-init, by its launcher");
            System.exit(1);
        }
        Path launcher = Path.of(arguments[0]).toRealPath();
        System.exit(run(System.getenv(), launcher.resolveSibling("."), Path.of("/"), Patience.USUAL, System.err));
    }

    /** Prepares the node and returns the exit code. */
    static int run(Map<String, String> environment, Path folder, Path root, Patience patience, PrintStream stderr) {
        InitLog log = new InitLog(stderr);
        try {
            new Preparation(InitSettings.read(environment, log), folder.normalize(), root, patience, log).run();
            log.info("CNI init container done");
            return 0;
        } catch (InitException e) {
            log.error(String.valueOf(e.getMessage()), e.reason());
            return 1;
        }
    }
}
