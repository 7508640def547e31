package io.vpccni.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vpccni.pool.Nics;
import io.vpccni.pool.Sandbox;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpCidr;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The network configuration that a runtime passes on stdin, as far as we read it. Keys that we do not know are left alone.
 *
 * @param mtu bytes
 * @param enforcingMode the mode of pods with branch interfaces as it was typed; empty where it is left out
 * @param previousAddresses what the pod had, from prevResult
 * @param previousLinks the interfaces that it had by name and MAC address, which the reference gives another meaning
 * @param nics whether the pod's annotation asks for all network cards
 * @param validAttachments sandboxes that the runtime still knows, for GC
 */
record NetConf(
        String cniVersion,
        String name,
        String vethPrefix,
        int mtu,
        Optional<String> enforcingMode,
        List<IpAddress> previousAddresses,
        Map<String, String> previousLinks,
        Nics nics,
        List<Sandbox> validAttachments) {

    /** Versions of the specification that we answer in, the newest last. */
    static final List<String> VERSIONS = List.of("0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0");

    /** Bytes of a configuration. */
    static final int LARGEST = 1 << 20;

    /** More than any instance type has network cards. */
    private static final int MOST_ADDRESSES = 64;

    private static final String ENFORCING_MODE = "podSGEnforcingMode";
    private static final int DEFAULT_MTU = 9001;
    private static final int SMALLEST_MTU = 576;
    static final Pattern NAME = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.\\-]*");

    /** Reads what may come from anybody. */
    static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(64).build())
            .build());

    static NetConf parse(byte[] config, String defaultVethPrefix) {
        JsonNode root = tree(config);
        String version = text(root, "cniVersion", "0.1.0");
        if (!VERSIONS.contains(version)) {
            throw new CniError(
                    CniError.INCOMPATIBLE_VERSION,
                    "incompatible CNI versions",
                    "config is \"" + version + "\", plugin supports " + VERSIONS);
        }
        String name = text(root, "name", "");
        if (name.isEmpty()) {
            throw new CniError(CniError.INVALID_CONFIG, "missing network name", "");
        }
        if (!NAME.matcher(name).matches()) {
            throw new CniError(
                    CniError.INVALID_CONFIG, "invalid characters in network name", "\"" + shown(name) + "\"");
        }
        String vethPrefix = text(root, "vethPrefix", defaultVethPrefix);
        if (vethPrefix.length() > 4) {
            throw new CniError(
                    CniError.INTERNAL,
                    "add cmd: error loading config from args: conf.VethPrefix can be at most 4 characters long",
                    "vethPrefix is \"" + shown(vethPrefix) + "\"");
        }
        return new NetConf(
                version,
                name,
                vethPrefix,
                mtu(root),
                root.has(ENFORCING_MODE) ? Optional.of(text(root, ENFORCING_MODE, "")) : Optional.empty(),
                previousAddresses(root),
                previousLinks(root),
                nics(root),
                validAttachments(root, name));
    }

    private static JsonNode tree(byte[] config) {
        if (config.length > LARGEST) {
            throw undecodable("stdin has " + config.length + " bytes, at most " + LARGEST + " are accepted");
        }
        try {
            JsonNode root = JSON.readTree(config);
            if (root == null || !root.isObject()) {
                throw undecodable(config.length == 0 ? "stdin is empty" : "stdin is not a JSON object");
            }
            return root;
        } catch (JsonProcessingException e) {
            throw undecodable(e.getOriginalMessage());
        } catch (IOException e) {
            throw undecodable(String.valueOf(e.getMessage()));
        }
    }

    private static CniError undecodable(String why) {
        return new CniError(
                CniError.DECODING_FAILURE,
                "add cmd: error loading config from args: add cmd: error loading config from args: " + why,
                "the network configuration on stdin");
    }

    private static String text(JsonNode root, String key, String otherwise) {
        JsonNode node = root.path(key);
        if (node.isMissingNode() || node.isNull()) {
            return otherwise;
        }
        if (!node.isTextual()) {
            throw undecodable(key + " is " + shown(node.toString()) + ", not a string");
        }
        return node.asText();
    }

    /** The shipped configuration writes it as a string; what is no number in range means the default. */
    private static int mtu(JsonNode root) {
        try {
            int mtu = Integer.parseInt(text(root, "mtu", ""));
            return mtu < SMALLEST_MTU || mtu > DEFAULT_MTU ? DEFAULT_MTU : mtu;
        } catch (NumberFormatException e) {
            return DEFAULT_MTU;
        }
    }

    /** Results of CNI 0.3.0 and later list addresses under "ips", older ones have one under "ip4". */
    private static List<IpAddress> previousAddresses(JsonNode root) {
        JsonNode previous = root.path("prevResult");
        List<String> texts = new ArrayList<>();
        previous.path("ips").forEach(ip -> texts.add(ip.path("address").asText("")));
        texts.add(previous.path("ip4").path("ip").asText(""));
        texts.add(previous.path("ip6").path("ip").asText(""));
        return texts.stream()
                .map(NetConf::host)
                .flatMap(Optional::stream)
                .limit(MOST_ADDRESSES)
                .toList();
    }

    private static Map<String, String> previousLinks(JsonNode root) {
        Map<String, String> links = new LinkedHashMap<>();
        for (JsonNode link : root.path("prevResult").path("interfaces")) {
            if (links.size() < 2 * MOST_ADDRESSES) {
                links.putIfAbsent(link.path("name").asText(""), link.path("mac").asText(""));
            }
        }
        return Collections.unmodifiableMap(links);
    }

    /** The address of a network of one address; empty for anything else. */
    private static Optional<IpAddress> host(String text) {
        try {
            IpCidr network = IpCidr.parse(text);
            return Optional.of(network.base()).filter(address -> address.alone().equals(network));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** The runtime hands over the pod's annotations, if the configuration lists the capability. */
    private static Nics nics(JsonNode root) {
        return root.path("runtimeConfig")
                        .path("io.kubernetes.cri.pod-annotations")
                        .path("k8s.amazonaws.com/nicConfig")
                        .asText("")
                        .equals("multi-nic-attachment")
                ? Nics.EVERY_CARD
                : Nics.ONE;
    }

    private static List<Sandbox> validAttachments(JsonNode root, String network) {
        List<Sandbox> valid = new ArrayList<>();
        root.path("cni.dev/valid-attachments")
                .forEach(node -> valid.add(new Sandbox(
                        network,
                        node.path("containerID").asText(""),
                        node.path("ifname").asText(""))));
        return List.copyOf(valid);
    }

    /** Whether the configuration says which attachments are valid: without that, GC would delete all of them. */
    static boolean hasValidAttachments(byte[] config) {
        return tree(config).has("cni.dev/valid-attachments");
    }

    private static String shown(String text) {
        return text.length() <= 40 ? text : text.substring(0, 40) + "…";
    }

    /** Whether {@code version} came with or after {@code since}. */
    boolean isAtLeast(String since) {
        return VERSIONS.indexOf(cniVersion) >= VERSIONS.indexOf(since);
    }
}
