package io.vpccni.emulator.runtime;

import io.vpccni.netlink.ns.Netns;
import io.vpccni.netlink.ns.NetnsFd;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Shows a pod's network from inside, and tries it. */
record PodView(Path networkNamespace, PrintStream out) {
    private static final int PATIENCE_MILLIS = 1000;

    /** {@code ip address; ip route} in the pod. */
    void show() throws IOException, InterruptedException {
        out.println("$ ip address\n" + run("ip", "address"));
        out.println("$ ip route\n" + run("ip", "route"));
    }

    /** One line of ping's summary. */
    void ping(String what, String address) throws IOException, InterruptedException {
        String output = run("ping", "-n", "-c", "3", "-i", "0.2", "-W", "1", address);
        String summary = output.lines()
                .filter(line -> line.contains("packets transmitted"))
                .findFirst()
                .orElse(output);
        out.println("ping " + what + " " + address + ": " + summary);
    }

    /** Which address the pod has outside the VPC, told by the host there. */
    void whoami(String address) throws IOException {
        try (var namespace = NetnsFd.open(networkNamespace);
                var socket = Netns.call(namespace, SocketChannel::open).socket()) {
            socket.connect(new InetSocketAddress(address, 80), PATIENCE_MILLIS);
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.shutdownOutput();
            String seen = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            out.println("the host outside sees this pod as " + seen.strip());
        } catch (IOException e) {
            out.println("the host outside does not answer over TCP: " + e.getMessage());
        }
    }

    private String run(String... command) throws IOException, InterruptedException {
        var line = new ArrayList<>(List.of("nsenter", "--net=" + networkNamespace));
        line.addAll(List.of(command));
        var ended = PluginProcess.run(line, Map.of(), "");
        return (ended.output() + ended.errorOutput())
                .lines()
                .filter(text -> !text.isBlank())
                .collect(Collectors.joining("\n"));
    }
}
