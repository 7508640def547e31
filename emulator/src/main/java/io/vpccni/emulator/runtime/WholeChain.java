package io.vpccni.emulator.runtime;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;

/**
 * A node's network configuration with all plugins of the shipped chain, also those that are not ours: aws-cni, egress-cni,
 * portmap, bandwidth, tuning.
 *
 * <p>{@code ctr run --cni} knows no capabilities, so a container's ports and rate stand in the configuration itself, as
 * {@code runtimeConfig}: libcni hands that on as it is.
 *
 * @param ports that lead to the container
 * @param rate for what it sends and as much for what it receives
 */
record WholeChain(List<PodPort> ports, Optional<BitRate> rate) {

    private static final ObjectMapper JSON = new ObjectMapper();

    WholeChain {
        ports = List.copyOf(ports);
    }

    /** The list with the plugins that it lacks; those that it has keep their keys. */
    String of(NetworkList list) {
        List<ObjectNode> known = list.plugins();
        ObjectNode root = JSON.createObjectNode()
                .put("cniVersion", list.cniVersion())
                .put("name", list.name())
                .put("disableCheck", list.disableCheck());
        ArrayNode plugins = root.putArray("plugins");
        known.forEach(plugin -> plugins.add(plugin.deepCopy()));
        ObjectNode portmap = plugin(plugins, "portmap");
        if (portmap.size() == 1) {
            portmap.put("snat", true).putObject("capabilities").put("portMappings", true);
        }
        addPorts(portmap);
        ObjectNode bandwidth = plugin(plugins, "bandwidth");
        if (bandwidth.size() == 1) {
            bandwidth.putObject("capabilities").put("bandwidth", true);
        }
        rate.ifPresent(limit -> addRate(bandwidth, limit));
        if (!usesIpv6(known)) {
            ObjectNode tuning = plugin(plugins, "tuning");
            if (tuning.size() == 1) {
                ObjectNode sysctl = tuning.putObject("sysctl");
                for (String link : List.of("all", "default", "lo")) {
                    sysctl.put("net.ipv6.conf." + link + ".disable_ipv6", "1");
                }
            }
        }
        return root.toPrettyString() + "\n";
    }

    /** The one of that type, else a new one at the end that has nothing but its type. */
    private static ObjectNode plugin(ArrayNode plugins, String type) {
        return plugins.valueStream()
                .map(ObjectNode.class::cast)
                .filter(plugin -> plugin.path("type").asText().equals(type))
                .findFirst()
                .orElseGet(() -> plugins.addObject().put("type", type));
    }

    private void addPorts(ObjectNode portmap) {
        if (ports.isEmpty()) {
            return;
        }
        ArrayNode mappings = portmap.withObjectProperty("runtimeConfig").putArray("portMappings");
        ports.forEach(port -> mappings.addObject()
                .put("hostPort", port.hostPort())
                .put("containerPort", port.containerPort())
                .put("protocol", port.protocol()));
    }

    private static void addRate(ObjectNode bandwidth, BitRate rate) {
        bandwidth
                .withObjectProperty("runtimeConfig")
                .putObject("bandwidth")
                .put("ingressRate", rate.bits())
                .put("ingressBurst", rate.burst())
                .put("egressRate", rate.bits())
                .put("egressBurst", rate.burst());
    }

    /** Whether pods have IPv6 addresses, their own or for egress: without IPv6 they would lose them. */
    private static boolean usesIpv6(List<ObjectNode> plugins) {
        return plugins.stream()
                .filter(plugin -> plugin.path("type").asText().equals("egress-cni"))
                .anyMatch(egress -> egress.path("enabled").asText().equals("true")
                        || egress.at("/ipam/routes/0/dst").asText().equals("0.0.0.0/0"));
    }
}
