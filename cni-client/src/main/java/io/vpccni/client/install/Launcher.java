package io.vpccni.client.install;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * The texts that start a program: an executable file whose interpreter is {@code java} itself, and the arguments for it.
 *
 * <p>The kernel runs {@code java @arguments launcher [argument...]}. Since the argument file names the main class, {@code java}
 * takes all that follows for the program's arguments and does not read the launcher. No shell is needed; some nodes have none.
 */
final class Launcher {

    /** The kernel reads 256 bytes of a file to find its interpreter, the line's end included. */
    static final int LONGEST_LINE = 255;

    /** The one reflective call, for the JDK's random generator, would spin bytecode for 2 ms otherwise. */
    private static final String NATIVE_REFLECTION = "-Djdk.reflect.useNativeAccessorOnly=true";

    /**
     * What made a single call fastest. The interpreter alone costs 6 ms less CPU than C1, whose threads have little to do in 30
     * ms. The cache stays at its own address where that is free: moving it would patch, and so copy, 4 MiB of it at every
     * start. It holds data and no machine code. The JVM's own complaints go to stderr, since stdout belongs to the CNI result.
     */
    private static final List<String> JVM_FLAGS = List.of(
            "-XX:+UseSerialGC",
            "-Xint",
            "-XX:-UsePerfData",
            "-Xmx16m",
            "-Xrs",
            NATIVE_REFLECTION,
            "-XX:+UnlockDiagnosticVMOptions",
            "-XX:ArchiveRelocationMode=0",
            "-Xlog:disable",
            "-Xlog:all=error:stderr");

    /** Those of them that the cache depends on. */
    static final List<String> TRAINING_FLAGS = List.of("-XX:+UseSerialGC", "-Xmx16m", NATIVE_REFLECTION);

    private Launcher() {}

    static String script(Path home, Program program) throws InstallException {
        String line = "#!" + home + "/bin/java @" + home + "/" + program.file() + ".args\n";
        if (line.getBytes(StandardCharsets.UTF_8).length > LONGEST_LINE
                || home.toString().contains(" ")) {
            throw new InstallException("the kernel cannot start a launcher in " + home
                    + ": its first line must have no blanks in the path and at most " + LONGEST_LINE + " bytes: "
                    + line.strip());
        }
        return line + "# Started by the kernel with the JVM of the line above; this file is never read.\n";
    }

    static String arguments(Path home, Program program, String socket, String version) {
        StringBuilder text = new StringBuilder();
        line(text, "-XX:AOTCache=" + home + "/client.aot");
        JVM_FLAGS.forEach(flag -> line(text, flag));
        line(text, "-Dvpccni.socket=" + socket);
        line(text, "-Dvpccni.version=" + version);
        line(text, "-cp");
        line(text, home + "/client.jar");
        program.mainAndArguments().forEach(argument -> line(text, argument));
        return text.toString();
    }

    /** An argument file is split at blanks; quotes keep them, and a backslash in quotes escapes. */
    private static void line(StringBuilder text, String argument) {
        text.append('"')
                .append(argument.replace("\\", "\\\\").replace("\"", "\\\""))
                .append("\"\n");
    }
}
