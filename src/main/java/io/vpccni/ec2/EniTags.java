package io.vpccni.ec2;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.ec2.model.ResourceType;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.model.TagSpecification;

/** The tags of our interfaces. Keys are the reference's, so that either finds the other's interfaces. */
record EniTags(String instanceId, String clusterName, Map<String, String> additional) {

    static final String INSTANCE_TAG = "node.k8s.amazonaws.com/instance_id";
    static final String CLUSTER_TAG = "cluster.k8s.amazonaws.com/name";
    static final String CREATED_TAG = "node.k8s.amazonaws.com/createdAt";

    /** What each of our interfaces carries. */
    Map<String, String> ours() {
        Map<String, String> tags = new LinkedHashMap<>(additional);
        tags.put(INSTANCE_TAG, instanceId);
        if (!clusterName.isEmpty()) {
            tags.put(CLUSTER_TAG, clusterName);
            tags.put("eks:eni:owner", "amazon-vpc-cni");
        }
        return tags;
    }

    TagSpecification forCreation(Instant now) {
        Map<String, String> tags = ours();
        tags.putAll(createdAt(now));
        return TagSpecification.builder()
                .resourceType(ResourceType.NETWORK_INTERFACE)
                .tags(list(tags))
                .build();
    }

    /** From when an interface is, to the second. */
    static Map<String, String> createdAt(Instant time) {
        return Map.of(CREATED_TAG, time.truncatedTo(ChronoUnit.SECONDS).toString());
    }

    /** What an interface that carries {@code found} lacks. */
    Map<String, String> missing(Map<String, String> found) {
        Map<String, String> missing = ours();
        missing.entrySet().removeIf(tag -> tag.getValue().equals(found.get(tag.getKey())));
        return missing;
    }

    static List<Tag> list(Map<String, String> tags) {
        return tags.entrySet().stream()
                .map(tag ->
                        Tag.builder().key(tag.getKey()).value(tag.getValue()).build())
                .toList();
    }

    static Map<String, String> map(List<Tag> tags) {
        Map<String, String> map = new LinkedHashMap<>();
        tags.forEach(tag -> map.put(tag.key(), tag.value()));
        return map;
    }
}
