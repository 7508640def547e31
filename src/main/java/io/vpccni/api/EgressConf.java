package io.vpccni.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vpccni.pool.Sandbox;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpFamily;
import io.vpccni.vpc.Ipv6Cidr;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The configuration of {@code egress-cni}. Its keys are strings, whatever they mean.
 *
 * @param mtu as it was written
 * @param randomPorts randomizeSNAT: {@code none}, {@code hashrandom}, or any other text for {@code prng}
 * @param nodeIp the node's address that targets see; empty where it is none
 * @param ipam the part for {@code host-local}
 * @param previous the result of the plugins before
 * @param all the whole of it
 */
record EgressConf(
        String cniVersion,
        String name,
        String mtu,
        boolean enabled,
        String randomPorts,
        Optional<IpAddress> nodeIp,
        JsonNode ipam,
        Optional<ObjectNode> previous,
        ObjectNode all) {

    private static final String DELEGATE = "host-local";

    /** Where {@code host-local} keeps its state when the configuration does not say. */
    private static final String USUAL_DATA_DIR = "/var/lib/cni/networks";

    private static final Ipv6Cidr LINK_LOCAL = Ipv6Cidr.parse("fe80::/10");
    private static final Ipv6Cidr MULTICAST = Ipv6Cidr.parse("ff00::/8");
    private static final Ipv6Cidr UNSPECIFIED = Ipv6Cidr.parse("::/128");
    private static final Ipv6Cidr LOOPBACK = Ipv6Cidr.parse("::1/128");

    static EgressConf parse(byte[] config) {
        ObjectNode root = tree(config);
        String version = text(root, "cniVersion", "0.1.0");
        if (!NetConf.VERSIONS.contains(version)) {
            throw new CniError(
                    CniError.INCOMPATIBLE_VERSION,
                    "incompatible CNI versions",
                    "config is \"" + version + "\", plugin supports " + NetConf.VERSIONS);
        }
        String name = text(root, "name", "");
        if (name.isEmpty()) {
            throw new CniError(CniError.INVALID_CONFIG, "missing network name", "");
        }
        if (!NetConf.NAME.matcher(name).matches()) {
            throw new CniError(CniError.INVALID_CONFIG, "invalid characters in network name", "");
        }
        JsonNode previous = root.path("prevResult");
        if (!previous.isMissingNode() && !previous.isNull() && !previous.isObject()) {
            throw malformed("could not parse prevResult: it is no JSON object");
        }
        return new EgressConf(
                version,
                name,
                text(root, "mtu", ""),
                text(root, "enabled", "").equals("true"),
                text(root, "randomizeSNAT", ""),
                address(text(root, "nodeIP", "")),
                root.path("ipam"),
                previous instanceof ObjectNode result ? Optional.of(result) : Optional.empty(),
                root);
    }

    private static ObjectNode tree(byte[] config) {
        if (config.length > NetConf.LARGEST) {
            throw malformed("stdin has " + config.length + " bytes, at most " + NetConf.LARGEST + " are accepted");
        }
        try {
            if (NetConf.JSON.readTree(config) instanceof ObjectNode root) {
                return root;
            }
            throw malformed("stdin is not a JSON object");
        } catch (JsonProcessingException e) {
            throw malformed(e.getOriginalMessage());
        } catch (IOException e) {
            throw malformed(String.valueOf(e.getMessage()));
        }
    }

    private static String text(JsonNode root, String key, String otherwise) {
        JsonNode node = root.path(key);
        if (node.isMissingNode() || node.isNull()) {
            return otherwise;
        }
        if (!node.isTextual()) {
            throw malformed(key + " is not a string");
        }
        return node.asText();
    }

    private static CniError malformed(String why) {
        return new CniError(CniError.INTERNAL, "failed to parse config: " + why, "");
    }

    private static Optional<IpAddress> address(String text) {
        try {
            return Optional.of(IpAddress.parse(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** The family that pods get: that of the node's address, and IPv6 where it is none. */
    IpFamily family() {
        return nodeIp.map(IpAddress::family).orElse(IpFamily.IPV6);
    }

    ObjectNode requirePrevious() {
        return previous.orElseThrow(() -> new CniError(
                CniError.INTERNAL, "must be called as a chained plugin", "the configuration has no prevResult"));
    }

    /** Bytes. It has to be a number also where egress is switched off. */
    int requireMtu() {
        try {
            return Integer.parseInt(mtu);
        } catch (NumberFormatException e) {
            throw new CniError(
                    CniError.INTERNAL, "failed to parse MTU: \"" + mtu + "\" is not a number", "the key mtu, a string");
        }
    }

    /** The address that targets see. */
    IpAddress requireNodeIp() {
        return nodeIp.filter(address -> address.family() == IpFamily.IPV4 || isGlobal(address))
                .orElseThrow(() -> new CniError(
                        CniError.INTERNAL,
                        "global unicast IPv6 not found in host primary interface which is mandatory to support IPv6 egress",
                        "the key nodeIP"));
    }

    private static boolean isGlobal(IpAddress address) {
        return List.of(LINK_LOCAL, MULTICAST, UNSPECIFIED, LOOPBACK).stream()
                .noneMatch(range -> range.contains(address));
    }

    /** Refuses another plugin for addresses, whose state we could not read. */
    void requireDelegate() {
        String type = ipam.path("type").asText("");
        if (!type.equals(DELEGATE)) {
            throw malformed("ipam.type is \"" + type + "\", not " + DELEGATE);
        }
    }

    /** Where the plugin for addresses keeps its state. */
    Path dataDir() {
        String folder = ipam.path("dataDir").asText("");
        if (!folder.isEmpty() && !namesState()) {
            throw malformed("ipam.dataDir is not an absolute path");
        }
        return Path.of(folder.isEmpty() ? USUAL_DATA_DIR : folder);
    }

    /** Whether the configuration itself says where that is, as the shipped one does. */
    boolean namesState() {
        String folder = ipam.path("dataDir").asText("");
        return folder.startsWith("/") && folder.indexOf('\0') < 0;
    }

    /** What GC may not touch; empty without the key, where all of it would go. */
    Optional<List<Sandbox>> validAttachments() {
        JsonNode known = all.path("cni.dev/valid-attachments");
        if (!known.isArray()) {
            return Optional.empty();
        }
        List<Sandbox> valid = new ArrayList<>();
        known.forEach(node -> valid.add(new Sandbox(
                name, node.path("containerID").asText(""), node.path("ifname").asText(""))));
        return Optional.of(valid);
    }

    /** Refuses a command that came with a later version of the specification than the configuration has. */
    void requireVersion(String since, String command) {
        if (!isAtLeast(since)) {
            throw new CniError(CniError.INCOMPATIBLE_VERSION, "config version does not allow " + command, "");
        }
    }

    boolean isAtLeast(String since) {
        return NetConf.VERSIONS.indexOf(cniVersion) >= NetConf.VERSIONS.indexOf(since);
    }
}
