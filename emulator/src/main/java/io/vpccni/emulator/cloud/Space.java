package io.vpccni.emulator.cloud;

import org.jspecify.annotations.Nullable;

/** Free space of a subnet in both families. Work on a copy and keep it when the whole call is good. */
record Space(SubnetSpace ipv4, @Nullable Ipv6Space ipv6) {
    static Space of(Subnet subnet) {
        Ipv6Cidr range = subnet.ipv6Cidr();
        return new Space(SubnetSpace.of(subnet.cidr()), range == null ? null : Ipv6Space.of(range));
    }

    Space copy() {
        return new Space(ipv4.copy(), ipv6 == null ? null : ipv6.copy());
    }

    /** @throws CloudError when the subnet has no IPv6 range */
    Ipv6Space needIpv6(String subnetId) {
        if (ipv6 == null) {
            throw new CloudError(
                    "InvalidParameterValue",
                    "The subnet '" + subnetId + "' has no IPv6 CIDR block associated with it.");
        }
        return ipv6;
    }

    void giveAll(NetworkInterface eni) {
        eni.addresses().forEach(ipv4::give);
        eni.prefixes().forEach(ipv4::give);
        if (ipv6 != null) {
            eni.ipv6Addresses().forEach(ipv6::give);
            eni.ipv6Prefixes().forEach(ipv6::give);
        }
    }
}
