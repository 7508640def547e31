package io.vpccni.emulator.cloud;

/** What an ENI has one slot for: an address or a prefix, of either family. */
public sealed interface Block permits Ipv4, Ipv4Cidr, Ipv6, Ipv6Cidr {
    /**
     * Reads any of the four.
     *
     * @throws CloudError InvalidParameterValue
     */
    static Block parse(String text) {
        boolean prefix = text.contains("/");
        if (text.contains(":")) {
            return prefix ? Ipv6Cidr.parse(text) : Ipv6.parse(text);
        }
        return prefix ? Ipv4Cidr.parse(text) : Ipv4.parse(text);
    }
}
