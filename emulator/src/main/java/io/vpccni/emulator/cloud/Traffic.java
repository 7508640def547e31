package io.vpccni.emulator.cloud;

import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Which packets a security group's rule is about.
 *
 * @param protocol {@code tcp}, {@code udp}, {@code icmp}, {@code icmpv6}, or {@code -1} for all
 * @param from the first port, or the type of ICMP; -1 is any
 * @param to the last port, or the code of ICMP; -1 is any
 */
public record Traffic(String protocol, int from, int to) {
    public static final String ALL_PROTOCOLS = "-1";

    public static final Traffic ALL = new Traffic(ALL_PROTOCOLS, -1, -1);

    private static final Map<String, String> NUMBERS = Map.of("1", "icmp", "6", "tcp", "17", "udp", "58", "icmpv6");

    private static final Set<String> NAMES = Set.of("tcp", "udp", "icmp", "icmpv6", ALL_PROTOCOLS);

    /**
     * As a request names it: a protocol by name or number.
     *
     * @throws CloudError InvalidParameterValue
     */
    public static Traffic of(String protocol, int from, int to) {
        String lower = protocol.toLowerCase(Locale.ROOT);
        String name = NUMBERS.getOrDefault(lower, lower);
        if (!NAMES.contains(name)) {
            throw CloudError.invalidValue(
                    protocol, "ipProtocol", "The emulator knows tcp, udp, icmp, icmpv6 and -1 (all).");
        }
        if (name.equals(ALL_PROTOCOLS)) {
            return ALL;
        }
        Traffic traffic = new Traffic(name, from, to);
        if (traffic.hasPorts() ? from < 0 || to > 65535 || from > to : from < -1 || from > 255 || to < -1 || to > 255) {
            throw CloudError.invalidValue(
                    from + "-" + to, "portRange", "Invalid " + (traffic.hasPorts() ? "ports" : "type and code") + ".");
        }
        return traffic;
    }

    /** TCP or UDP. */
    public boolean hasPorts() {
        return protocol.equals("tcp") || protocol.equals("udp");
    }
}
