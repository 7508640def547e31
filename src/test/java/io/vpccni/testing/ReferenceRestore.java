package io.vpccni.testing;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.vpccni.netlink.Prefix;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/**
 * What the reference's daemon (v1.23.1) would make of a state file at its start: the other direction of a migration. It shares
 * nothing with our own reader, so that one misunderstanding cannot be on both sides.
 *
 * @param kept entries that stay assigned
 * @param dropped entries whose pod has no link any more
 * @param forgotten entries whose address is on no interface
 */
public record ReferenceRestore(List<Entry> kept, List<Entry> dropped, List<Entry> forgotten) {

    private static final int HASH_LENGTH = 11;

    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /** An assignment as it stands in the file; what is left out there is empty or 0. */
    public record Entry(
            String networkName,
            String containerId,
            String ifName,
            String address,
            long allocationTimestamp,
            String namespace,
            String pod,
            long interfacesCount) {}

    /** The reference would not start with this file. */
    public static final class StartFailure extends IOException {
        private static final long serialVersionUID = 1L;

        StartFailure(String message) {
            super(message);
        }
    }

    /**
     * Reads the file of one network card.
     *
     * @param hostLinks names of all links on the host
     * @param cidrs what the card's interfaces carry for pods
     */
    public static ReferenceRestore read(byte[] file, Set<String> hostLinks, Set<Prefix> cidrs) throws IOException {
        JsonNode root = JSON.readTree(file);
        if (!text(root, "version").equals("vpc-cni-ipam/1")) {
            throw new StartFailure("version " + root.path("version"));
        }
        if (!root.path("allocations").isArray()) {
            throw new StartFailure("no list of allocations");
        }
        ReferenceRestore result = new ReferenceRestore(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        Set<String> taken = new HashSet<>();
        for (JsonNode node : root.path("allocations")) {
            Entry entry = entry(node);
            if (!entry.namespace().isEmpty()
                    && !entry.pod().isEmpty()
                    && hostLinks.stream().noneMatch(name -> name.endsWith(hash(entry.namespace(), entry.pod())))) {
                result.dropped().add(entry);
            } else if (cidrs.stream().noneMatch(cidr -> contains(cidr, Prefix.of(entry.address())))) {
                result.forgotten().add(entry);
            } else if (taken.add(entry.address())) {
                result.kept().add(entry);
            } else {
                throw new StartFailure(entry.address() + " twice");
            }
        }
        return result;
    }

    private static Entry entry(JsonNode node) throws StartFailure {
        JsonNode metadata = node.has("metadata") ? node.get("metadata") : JsonNodeFactory.instance.objectNode();
        if (!node.isObject() || !metadata.isObject()) {
            throw new StartFailure("no object: " + node);
        }
        String ipv4 = text(node, "ipv4");
        Entry entry = new Entry(
                text(node, "networkName"),
                text(node, "containerID"),
                text(node, "ifName"),
                ipv4.isEmpty() ? text(node, "ipv6") : ipv4,
                number(node, "allocationTimestamp"),
                text(metadata, "k8sPodNamespace"),
                text(metadata, "k8sPodName"),
                number(metadata, "interfacesCount"));
        if (entry.networkName().isEmpty()
                || entry.containerId().isEmpty()
                || entry.ifName().isEmpty()
                || entry.address().isEmpty()) {
            throw new StartFailure("incomplete: " + node);
        }
        return entry;
    }

    private static String text(JsonNode node, String field) throws StartFailure {
        if (node.has(field) && !node.get(field).isTextual()) {
            throw new StartFailure(field + " is no string: " + node);
        }
        return node.path(field).asText("");
    }

    private static long number(JsonNode node, String field) throws StartFailure {
        if (node.has(field)
                && !(node.get(field).isIntegralNumber() && node.get(field).canConvertToLong())) {
            throw new StartFailure(field + " is no whole number of 64 bits: " + node);
        }
        return node.path(field).asLong();
    }

    private static boolean contains(Prefix cidr, Prefix address) {
        return cidr.family() == address.family()
                && new Prefix(address.address(), cidr.length()).network().equals(cidr.network());
    }

    /** What the name of a pod's link on the host ends with. */
    public static String hash(String namespace, String pod) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-1").digest((namespace + "." + pod).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, HASH_LENGTH);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }
}
