package io.vpccni.ec2;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.ec2.model.ResourceType;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.model.TagSpecification;

/** The tags of an interface that we create. Keys are the reference's, so that either finds the other's interfaces. */
record EniTags(String instanceId, String clusterName, Map<String, String> additional) {

    TagSpecification forCreation() {
        Map<String, String> tags = new LinkedHashMap<>(additional);
        tags.put("node.k8s.amazonaws.com/instance_id", instanceId);
        tags.put(
                "node.k8s.amazonaws.com/createdAt",
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        if (!clusterName.isEmpty()) {
            tags.put("cluster.k8s.amazonaws.com/name", clusterName);
            tags.put("eks:eni:owner", "amazon-vpc-cni");
        }
        List<Tag> list = tags.entrySet().stream()
                .map(tag ->
                        Tag.builder().key(tag.getKey()).value(tag.getValue()).build())
                .toList();
        return TagSpecification.builder()
                .resourceType(ResourceType.NETWORK_INTERFACE)
                .tags(list)
                .build();
    }
}
