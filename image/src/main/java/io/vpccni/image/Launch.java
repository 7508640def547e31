package io.vpccni.image;

import java.util.ArrayList;
import java.util.List;

/** How the application is started. */
public final class Launch {

    static final String JAVA = "/opt/java/bin/java";
    static final String FOLDER = "/app";
    static final String CACHE = "application.aot";

    /** The heap: of a node's daemon it is enough for 737 pods. Who runs the controller of a large cluster may say more. */
    static final String HEAP = "-Xmx64m";

    /**
     * One collector thread and one compiler thread: a daemon that is idle most of the time should not cost a node more memory than
     * its pods' addresses are worth. A daemon without memory is of no use to the node, kubelet starts another.
     */
    private static final List<String> FLAGS = List.of(
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:-UsePerfData",
            "-XX:+ExitOnOutOfMemoryError",
            "--enable-native-access=ALL-UNNAMED",
            "-Djava.util.logging.manager=org.jboss.logmanager.LogManager");

    private Launch() {}

    /** The JVM's flags, the heap among them. */
    public static List<String> flags() {
        List<String> flags = new ArrayList<>(FLAGS);
        flags.add(HEAP);
        return flags;
    }

    static List<String> entrypoint(boolean withCache) {
        List<String> words = new ArrayList<>(List.of(JAVA));
        words.addAll(FLAGS);
        if (withCache) {
            words.add("-XX:AOTCache=" + FOLDER + "/" + CACHE);
        }
        words.addAll(List.of("-jar", FOLDER + "/quarkus-run.jar"));
        return words;
    }
}
