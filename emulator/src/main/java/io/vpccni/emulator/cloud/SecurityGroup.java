package io.vpccni.emulator.cloud;

import java.util.Map;

/** A security group; its rules are not modelled. */
public record SecurityGroup(String id, String name, String vpcId, String description, Map<String, String> tags) {
    SecurityGroup withTags(Map<String, String> next) {
        return new SecurityGroup(id, name, vpcId, description, next);
    }
}
