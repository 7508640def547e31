package io.vpccni.conflist;

import io.vpccni.config.NodeSettings;
import io.vpccni.config.NodeSettings.PluginSettings;
import io.vpccni.vpc.IpFamily;
import io.vpccni.vpc.Ipv6Address;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the settings and the node say about the network configuration.
 *
 * @param values of the placeholders
 * @param more plugins that come after those of the template, as JSON
 */
public record Conflist(Map<Placeholder, String> values, List<String> more) {

    private static final String BANDWIDTH = """
            {"type": "bandwidth", "capabilities": {"bandwidth": true}}""";

    private static final String WITHOUT_IPV6 = """
            {"type": "tuning", "sysctl": {"net.ipv6.conf.all.disable_ipv6": "1", \
            "net.ipv6.conf.default.disable_ipv6": "1", "net.ipv6.conf.lo.disable_ipv6": "1"}}""";

    public Conflist {
        values = Map.copyOf(values);
        more = List.copyOf(more);
    }

    public static Conflist of(NodeSettings settings, NodeAddresses node) {
        IpFamily family = settings.pool().family();
        PluginSettings plugins = settings.plugins();
        EgressRange egress = EgressRange.of(family);
        Map<Placeholder, String> values = new EnumMap<>(Placeholder.class);
        values.put(Placeholder.VETHPREFIX, settings.network().vethPrefix());
        values.put(Placeholder.MTU, Integer.toString(settings.network().podMtu()));
        values.put(Placeholder.PODSGENFORCINGMODE, plugins.enforcingMode());
        values.put(Placeholder.PLUGINLOGFILE, plugins.logFile());
        values.put(Placeholder.PLUGINLOGLEVEL, plugins.logLevel());
        values.put(Placeholder.EGRESSPLUGINLOGFILE, plugins.egressLogFile());
        values.put(Placeholder.EGRESSPLUGINENABLED, Boolean.toString(hasEgress(settings, node)));
        values.put(Placeholder.EGRESSPLUGINIPAMSUBNET, egress.subnet());
        values.put(Placeholder.EGRESSPLUGINIPAMDST, egress.destination());
        values.put(Placeholder.EGRESSPLUGINIPAMDATADIR, egress.dataFolder());
        values.put(Placeholder.RANDOMIZESNAT, settings.network().randomizeSnat());
        values.put(Placeholder.NODEIP, egressSource(settings, node));
        List<String> more = new ArrayList<>();
        if (plugins.bandwidth()) {
            more.add(BANDWIDTH);
        }
        if (plugins.withoutIpv6()) {
            more.add(WITHOUT_IPV6);
        }
        return new Conflist(values, more);
    }

    /** Whether IPv6 egress is wanted and the node has no IPv6 address to send from. */
    public static boolean lacksIpv6(NodeSettings settings, NodeAddresses node) {
        return settings.pool().family() == IpFamily.IPV4
                && settings.network().ipv6Egress()
                && node.ipv6().isEmpty();
    }

    private static boolean hasEgress(NodeSettings settings, NodeAddresses node) {
        return switch (settings.pool().family()) {
            case IPV4 -> settings.network().ipv6Egress() && node.ipv6().isPresent();
            case IPV6 -> settings.plugins().ipv4Egress();
        };
    }

    private static String egressSource(NodeSettings settings, NodeAddresses node) {
        return switch (settings.pool().family()) {
            case IPV4 -> {
                Optional<Ipv6Address> source =
                        settings.network().ipv6Egress() ? node.ipv6() : Optional.<Ipv6Address>empty();
                yield source.map(Ipv6Address::toString).orElse("");
            }
            case IPV6 -> node.ipv4().toString();
        };
    }
}
