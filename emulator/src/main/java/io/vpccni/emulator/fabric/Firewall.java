package io.vpccni.emulator.fabric;

import io.vpccni.emulator.cloud.SecurityGroup;
import io.vpccni.emulator.cloud.WireEni;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Security groups, in nftables of the router. Each change replaces the whole table in one transaction; connections that
 * are established stay, as the kernel tracks them elsewhere. Without anything to keep out there is no table, and no need
 * of the program {@code nft}.
 */
final class Firewall {
    private final Path namespace;
    private final Map<String, SecurityGroup> groups = new HashMap<>();
    private final Map<String, WireEni> enis = new LinkedHashMap<>();
    /** Of these, those whose frames come over the link of another. */
    private final Map<String, WireEni> unchecked = new LinkedHashMap<>();

    private String applied = "";

    /** @param namespace of the router */
    Firewall(Path namespace) {
        this.namespace = namespace;
    }

    void put(SecurityGroup group) throws IOException {
        groups.put(group.id(), group);
        apply();
    }

    void removeGroup(String groupId) throws IOException {
        groups.remove(groupId);
        apply();
    }

    /** An ENI that is on the wire, or will be in a moment. */
    void put(WireEni eni) throws IOException {
        enis.put(eni.eniId(), eni);
        if (eni.isTrunkOrBranch()) {
            unchecked.put(eni.eniId(), eni);
        }
        apply();
    }

    void remove(String eniId) throws IOException {
        unchecked.remove(eniId);
        enis.remove(eniId);
        apply();
    }

    private void apply() throws IOException {
        String wanted = FirewallText.of(groups, enis.values(), unchecked.values());
        if (wanted.equals(applied)) {
            return;
        }
        String table = "table inet " + FirewallText.TABLE;
        // To delete a table that is not there would fail; to add one that is there does nothing.
        run(table + " { }\ndelete " + table + "\n" + (wanted.isEmpty() ? "" : table + " {\n" + wanted + "}\n"));
        applied = wanted;
    }

    private void run(String script) throws IOException {
        var process = new ProcessBuilder(List.of("nsenter", "--net=" + namespace, "nft", "-f", "-"))
                .redirectErrorStream(true)
                .start();
        try (var stdin = process.getOutputStream()) {
            stdin.write(script.getBytes(StandardCharsets.UTF_8));
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException("nft refuses security groups: " + output.strip());
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while nft was at work", e);
        }
    }
}
