package io.vpccni.kernel;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vpccni.dataplane.EgressAddress;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpCidr;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The plugin {@code host-local}, called as the CNI specification says ("Delegated plugins"): its program, with the environment
 * of our own call and the configuration on stdin.
 */
final class DelegatedIpam {

    static final String PROGRAM = "host-local";

    /** All versions of the plugin speak it, whichever the configuration has; what we read of a result is the same in later ones. */
    private static final String CNI_VERSION = "0.4.0";

    private static final Duration LONGEST_RUN = Duration.ofSeconds(10);
    private static final int TEXT_SHOWN = 400;

    /** What a chained plugin is told about those before it, and a runtime about others: none of the delegate's business. */
    private static final List<String> NOT_HANDED_ON = List.of("prevResult", "cni.dev/valid-attachments");

    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private DelegatedIpam() {}

    /** Gets an address. When the answer cannot be understood nothing stays taken. */
    static EgressAddress add(IpamCall call) throws IOException {
        String output = run("ADD", call);
        try {
            return address(output);
        } catch (IOException e) {
            try {
                del(call);
            } catch (IOException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw e;
        }
    }

    /** Gives it back. One that was never taken is no error. */
    static void del(IpamCall call) throws IOException {
        run("DEL", call);
    }

    /** Fails when the plugin knows of no address for the container. */
    static void check(IpamCall call) throws IOException {
        run("CHECK", call);
    }

    /**
     * What the plugin gave when it gave this address: with the length of the range in the configuration that it lies in, and that
     * one's gateway.
     */
    static EgressAddress inItsRange(IpamCall call, IpAddress address) throws IOException {
        for (JsonNode set : JSON.readTree(call.config()).at("/ipam/ranges")) {
            for (JsonNode range : set) {
                try {
                    IpCidr subnet = IpCidr.parse(range.path("subnet").asText());
                    if (subnet.contains(address)) {
                        String gateway = range.path("gateway").asText("");
                        return new EgressAddress(
                                address,
                                subnet.length(),
                                Optional.of(gateway.isEmpty() ? subnet.base().plus(1) : IpAddress.parse(gateway)));
                    }
                } catch (IllegalArgumentException e) {
                    // Not the range that the address came from: the plugin has read that one.
                }
            }
        }
        throw new IOException(address + " lies in none of the ranges of the configuration");
    }

    /** Where the program is. */
    static Optional<Path> find(List<Path> folders) {
        return folders.stream()
                .map(folder -> folder.resolve(PROGRAM))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst();
    }

    static DelegateException missing(List<Path> folders) {
        return new DelegateException(
                DelegateException.INTERNAL,
                "failed to find plugin \"" + PROGRAM + "\" in path "
                        + folders.stream().map(Path::toString).collect(Collectors.joining(" ", "[", "]")),
                "install the CNI plugin " + PROGRAM
                        + " (containernetworking/plugins) into the node's /opt/cni/bin, which the daemon sees as "
                        + folders.stream().findFirst().map(Path::toString).orElse("HOST_CNI_BIN_PATH"));
    }

    private static String run(String command, IpamCall call) throws IOException {
        Path program = find(call.folders()).orElseThrow(() -> missing(call.folders()));
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("CNI_COMMAND", command);
        environment.put("CNI_CONTAINERID", call.container());
        environment.put("CNI_NETNS", call.namespace().toString());
        environment.put("CNI_IFNAME", call.ifName());
        environment.put("CNI_ARGS", call.args());
        environment.put("CNI_PATH", call.path());
        BoundedRun ended = BoundedRun.of(List.of(program.toString()), environment, stdin(call.config()), LONGEST_RUN);
        if (ended.code() != 0) {
            throw refusal(program, ended);
        }
        return ended.output();
    }

    private static byte[] stdin(String config) throws IOException {
        if (JSON.readTree(config) instanceof ObjectNode root) {
            root.put("cniVersion", CNI_VERSION);
            root.remove(NOT_HANDED_ON);
            return JSON.writeValueAsBytes(root);
        }
        throw new IOException("the network configuration is not a JSON object");
    }

    /** The error object that it printed, or what else it said. */
    private static DelegateException refusal(Path program, BoundedRun ended) {
        try {
            JsonNode error = JSON.readTree(ended.output());
            if (error != null && error.path("code").isInt() && error.path("msg").isTextual()) {
                return new DelegateException(
                        error.path("code").asInt(),
                        error.path("msg").asText(),
                        error.path("details").asText(""));
            }
        } catch (JsonProcessingException e) {
            // It ended some other way; both of its outputs are shown below.
        }
        return new DelegateException(
                DelegateException.INTERNAL,
                "%s ended with %d".formatted(program, ended.code()),
                shown((ended.output().strip() + " " + ended.complaint().strip()).strip()));
    }

    private static EgressAddress address(String output) throws IOException {
        JsonNode ips;
        try {
            ips = JSON.readTree(output.getBytes(StandardCharsets.UTF_8)).path("ips");
        } catch (JsonProcessingException e) {
            throw unreadable(output);
        }
        if (ips.isMissingNode() || (ips.isArray() && ips.isEmpty())) {
            throw new DelegateException(DelegateException.INTERNAL, "IPAM plugin returned zero IPs", "");
        }
        if (!ips.isArray()) {
            throw unreadable(output);
        }
        if (ips.size() != 1) {
            throw new DelegateException(
                    DelegateException.INTERNAL,
                    "IPAM plugin is expected to return 1 IP address, but returned " + ips.size() + " IPs, ",
                    "");
        }
        try {
            String[] address = ips.path(0).path("address").asText().split("/", -1);
            if (address.length != 2) {
                throw unreadable(output);
            }
            String gateway = ips.path(0).path("gateway").asText("");
            return new EgressAddress(
                    IpAddress.parse(address[0]),
                    Integer.parseInt(address[1]),
                    gateway.isEmpty() ? Optional.empty() : Optional.of(IpAddress.parse(gateway)));
        } catch (IllegalArgumentException e) {
            throw unreadable(output);
        }
    }

    private static DelegateException unreadable(String output) {
        return new DelegateException(
                DelegateException.INTERNAL, PROGRAM + " printed no result that can be read", shown(output));
    }

    private static String shown(String text) {
        return text.length() <= TEXT_SHOWN ? text : text.substring(0, TEXT_SHOWN) + "…";
    }
}
