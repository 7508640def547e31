package io.vpccni.client.install;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * What a call of the installed client costs, beside a JVM that does nothing. Not a test: run it on a quiet machine with
 *
 * <pre>java -cp target/classes:target/test-classes io.vpccni.client.install.ClientBenchmark [calls]</pre>
 *
 * <p>The programs take turns, so that a noisy neighbour hits all of them. CPU time is a mean, since the kernel counts a child's
 * in steps of 10 ms.
 */
final class ClientBenchmark {

    private static final Map<String, String> ADD = Map.of(
            "CNI_COMMAND", "ADD",
            "CNI_CONTAINERID", "c1",
            "CNI_NETNS", "/run/netns/n1",
            "CNI_IFNAME", "eth0",
            "CNI_ARGS", "K8S_POD_NAMESPACE=default;K8S_POD_NAME=pod",
            "CNI_PATH", "/opt/cni/bin");

    private static final int WARM_UP = 5;

    /** One program and what its calls took. */
    private record Subject(String name, List<String> command, double[] wallMillis, double[] cpuMillis) {
        Subject(String name, int calls, String... command) {
            this(name, List.of(command), new double[calls], new double[calls]);
        }
    }

    private ClientBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        int calls = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 100;
        Path folder = Files.createTempDirectory("client-benchmark");
        Path socket = folder.resolve("d.sock");
        System.out.println(
                new Install(Options.parse("--root", folder.toString(), "--socket", socket.toString())).run());
        Path cni = folder.resolve("opt/cni");
        Path empty = folder.resolve("Empty.java");
        Files.writeString(empty, "public class Empty { public static void main(String[] arguments) {} }");
        String jdk = System.getProperty("java.home");
        Tool.run(List.of(jdk + "/bin/javac", empty.toString()), Map.of());
        List<Subject> subjects = List.of(
                new Subject("empty main, java", calls, jdk + "/bin/java", "-cp", folder.toString(), "Empty"),
                new Subject("aws-cni ADD", calls, cni + "/bin/aws-cni"),
                new Subject("grpc-health-probe", calls, cni + "/bin/grpc-health-probe", "-addr=unix://" + socket));
        try (TrainingServer _ = TrainingServer.start(socket)) {
            for (int call = -WARM_UP; call < calls; call++) {
                for (Subject subject : subjects) {
                    measure(subject, call);
                }
            }
        }
        subjects.forEach(ClientBenchmark::print);
        System.out.printf("aws-cni parked: %d KiB anonymous%n", parkedKib(socket, cni + "/bin/aws-cni"));
    }

    private static void measure(Subject subject, int call) throws IOException, InterruptedException {
        double cpuStart = childrenCpuMillis();
        long start = System.nanoTime();
        start(subject.command()).waitFor();
        if (call >= 0) {
            subject.wallMillis()[call] = (System.nanoTime() - start) / 1e6;
            subject.cpuMillis()[call] = childrenCpuMillis() - cpuStart;
        }
    }

    private static Process start(List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().clear();
        builder.environment().putAll(ADD);
        return builder.redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(Redirect.DISCARD)
                .redirectError(Redirect.DISCARD)
                .start();
    }

    /** User and system time of all children that have ended, from fields 16 and 17 of /proc/self/stat. */
    private static double childrenCpuMillis() throws IOException {
        String stat = Files.readString(Path.of("/proc/self/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[13]) + Long.parseLong(fields[14])) * 10.0;
    }

    private static void print(Subject subject) {
        double[] wall = subject.wallMillis().clone();
        Arrays.sort(wall);
        System.out.printf(
                "%-20s wall median %5.1f ms, p90 %5.1f ms; CPU mean %5.1f ms%n",
                subject.name(),
                wall[wall.length / 2],
                wall[wall.length * 9 / 10],
                Arrays.stream(subject.cpuMillis()).average().orElse(0));
    }

    /** Memory that a client alone holds once its request has arrived and is not answered; files it shares do not count. */
    private static long parkedKib(Path socket, String program) throws IOException, InterruptedException {
        try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(UnixDomainSocketAddress.of(socket));
            Process client = start(List.of(program));
            try (SocketChannel channel = listener.accept()) {
                channel.read(ByteBuffer.allocate(1000));
                return Files.readAllLines(Path.of("/proc/" + client.pid() + "/smaps_rollup")).stream()
                        .filter(line -> line.startsWith("Anonymous:"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                        .sum();
            } finally {
                client.destroy();
                client.waitFor();
            }
        }
    }
}
