package io.vpccni.emulator.cloud;

import java.util.List;
import java.util.Map;

/** A VPC with its ranges, the primary IPv4 range first. */
public record Vpc(String id, List<Ipv4Cidr> cidrs, List<Ipv6Cidr> ipv6Cidrs, Map<String, String> tags) {
    Vpc withTags(Map<String, String> next) {
        return new Vpc(id, cidrs, ipv6Cidrs, next);
    }
}
