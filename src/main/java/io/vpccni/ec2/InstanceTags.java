package io.vpccni.ec2;

import io.smallrye.mutiny.Uni;
import io.vpccni.ec2.ApiBudget.Urgency;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.ec2.model.Filter;

/** What an instance is tagged with. */
public final class InstanceTags {

    private final Ec2Calls ec2;

    InstanceTags(Ec2Calls ec2) {
        this.ec2 = ec2;
    }

    /**
     * The instance's tags with one of these keys, by key. Fails with {@link CloudException}.
     *
     * @param keys at most 200, as many as a filter takes
     */
    public Uni<Map<String, String>> find(String instanceId, List<String> keys) {
        return ec2.call(
                        "DescribeTags",
                        Urgency.LOOK,
                        client -> client.describeTags(request ->
                                request.filters(filter("resource-id", List.of(instanceId)), filter("key", keys))))
                .map(response -> {
                    Map<String, String> found = new HashMap<>();
                    response.tags().forEach(tag -> found.put(tag.key(), tag.value()));
                    return found;
                });
    }

    private static Filter filter(String name, List<String> values) {
        return Filter.builder().name(name).values(values).build();
    }
}
