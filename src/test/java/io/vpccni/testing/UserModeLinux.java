package io.vpccni.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A second kernel as a process, for what the machine's own kernel lacks: VLANs. Its root is this machine's, which it cannot
 * write; results come back through a folder. It has one processor, a clock of its own, and no iptables.
 */
public final class UserModeLinux {

    private static final Path PROGRAM = Path.of("/usr/bin/linux.uml");

    /** How a test ended in there. */
    public record Outcome(String end, String name, String why) {}

    private UserModeLinux() {}

    public static boolean isInstalled() {
        return Files.isExecutable(PROGRAM);
    }

    /**
     * Runs test classes in there.
     *
     * @param folder empty, of this run alone
     * @param limit after which it is killed
     * @throws IOException with what it said, when it came to no end
     */
    public static List<Outcome> run(Path folder, Duration limit, List<Class<?>> classes)
            throws IOException, InterruptedException {
        Path results = Files.createDirectory(folder.resolve("results"));
        Path console = folder.resolve("console");
        Path init = folder.resolve("init.sh");
        Files.writeString(init, script(folder, classes));
        Files.setPosixFilePermissions(init, PosixFilePermissions.fromString("rwx------"));
        Process kernel = new ProcessBuilder(
                        PROGRAM.toString(),
                        "mem=1024M",
                        "rootfstype=hostfs",
                        "rootflags=/",
                        "ro",
                        "root=/dev/root",
                        "init=" + init,
                        "uml_dir=" + folder + "/",
                        "con=null",
                        "con0=null,fd:1",
                        "quiet")
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectErrorStream(true)
                .redirectOutput(console.toFile())
                .start();
        try {
            boolean ended = kernel.waitFor(limit.toSeconds(), TimeUnit.SECONDS);
            // Its own exit code says nothing.
            Path code = folder.resolve("code");
            if (!ended || !Files.exists(code) || !Files.readString(code).strip().equals("0")) {
                throw new IOException((ended ? "ended badly" : "did not end within " + limit) + "; its last words: "
                        + lastWords(console) + lastWords(folder.resolve("output")));
            }
        } finally {
            kill(kernel);
        }
        return outcomes(results);
    }

    private static void kill(Process kernel) {
        List<ProcessHandle> all = new ArrayList<>(kernel.descendants().toList());
        all.add(kernel.toHandle());
        all.forEach(ProcessHandle::destroyForcibly);
    }

    private static String lastWords(Path file) throws IOException {
        if (!Files.exists(file)) {
            return "";
        }
        List<String> lines = Files.readAllLines(file);
        return "\n" + String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()));
    }

    private static List<Outcome> outcomes(Path results) throws IOException {
        List<Outcome> outcomes = new ArrayList<>();
        try (Stream<Path> files = Files.list(results)) {
            for (Path file : files.sorted().toList()) {
                String[] parts = Files.readString(file).split("\n", 3);
                outcomes.add(new Outcome(parts[0], parts[1], parts[2]));
            }
        }
        return outcomes;
    }

    private static String script(Path folder, List<Class<?>> classes) {
        String names = String.join(" ", classes.stream().map(Class::getName).toList());
        return """
                #!/bin/sh
                export PATH=/usr/sbin:/usr/bin:/sbin:/bin
                mount -t proc proc /proc
                mount -t sysfs sys /sys
                mount -t tmpfs run /run
                mkdir -p /run/netns /run/tmp /run/out /run/mod/lib/modules
                mount -t hostfs -o %s none /run/out
                ln -s /usr/lib/uml/modules/$(uname -r) /run/mod/lib/modules/$(uname -r)
                for module in ipv6 8021q veth macvlan; do modprobe -d /run/mod $module; done
                ip link set lo up
                %s/bin/java -XX:+UseSerialGC -Xmx384m -XX:TieredStopAtLevel=1 -Djava.io.tmpdir=/run/tmp \\
                  -Djava.util.logging.manager=org.jboss.logmanager.LogManager \\
                  --enable-native-access=ALL-UNNAMED -cp '%s' %s /run/out/results %s >/run/out/output 2>&1
                echo $? >/run/out/code
                poweroff -f || echo o >/proc/sysrq-trigger
                sleep 5
                """.formatted(
                        folder,
                        System.getProperty("java.home"),
                        System.getProperty("java.class.path"),
                        GuestTests.class.getName(),
                        names);
    }
}
