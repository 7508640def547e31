package io.vpccni.ec2;

import static io.vpccni.ec2.Ec2Calls.failedWithKind;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vpccni.ec2.ApiBudget.Urgency;
import io.vpccni.ec2.LeakRule.Verdict;
import io.vpccni.vpc.CloudFailure.Kind;
import io.vpccni.vpc.EniId;
import io.vpccni.vpc.NodeIdentity;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkInterfacesResponse;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.NetworkInterface;

/**
 * Interfaces that a daemon created and nobody will attach any more: it died in between, or could not delete them. They cost
 * addresses of their subnet and count against the account's limit.
 *
 * <p>Never detaches: EC2 refuses to delete what somebody has attached meanwhile.
 */
public final class LeakedEnis {

    /** Whose interfaces are looked at. */
    public enum Reach {
        /** Those that this instance created. */
        INSTANCE,
        /** Those of the cluster, or of the whole VPC where the cluster has no name. */
        CLUSTER
    }

    /**
     * What was done.
     *
     * @param dated interfaces that had no usable time of creation and have one now
     * @param failed EC2's error code for each that could not be deleted or dated
     */
    public record Report(List<EniId> deleted, List<EniId> dated, Map<EniId, String> failed) {

        public Report {
            deleted = List.copyOf(deleted);
            dated = List.copyOf(dated);
            failed = Map.copyOf(failed);
        }
    }

    private static final int PAGE = 1_000;
    private static final int AT_ONCE = 4;

    private record Found(EniId eni, Verdict verdict) {}

    private record Done(Found found, Optional<String> failure) {}

    private final Ec2Calls ec2;
    private final NodeIdentity node;
    private final EniTags tags;
    private final InstantSource clock;
    private final Supplier<LeakRule> rule;

    LeakedEnis(Ec2Calls ec2, NodeIdentity node, EniTags tags, InstantSource clock, Supplier<LeakRule> rule) {
        this.ec2 = ec2;
        this.node = node;
        this.tags = tags;
        this.clock = clock;
        this.rule = rule;
    }

    /** Looks for them and deletes them. Fails with {@link CloudException} when EC2 does not show its interfaces. */
    public Uni<Report> delete(Reach reach) {
        return find(reach, null, new ArrayList<>())
                .chain(found -> Multi.createFrom()
                        .iterable(found)
                        .onItem()
                        .transformToUni(this::treat)
                        .merge(AT_ONCE)
                        .collect()
                        .asList())
                .map(LeakedEnis::report);
    }

    private Uni<List<Found>> find(Reach reach, @Nullable String page, List<Found> before) {
        return ec2.persistently(() -> ec2.call(
                        "DescribeNetworkInterfaces",
                        Urgency.CHORE,
                        client -> client.describeNetworkInterfaces(request ->
                                request.filters(filters(reach)).maxResults(PAGE).nextToken(page))))
                .chain(response -> {
                    before.addAll(judged(response));
                    return response.nextToken() == null
                            ? Uni.createFrom().item(before)
                            : find(reach, response.nextToken(), before);
                });
    }

    private List<Filter> filters(Reach reach) {
        List<Filter> filters = new ArrayList<>(List.of(filter("status", "available"), filter("vpc-id", node.vpcId())));
        switch (reach) {
            case INSTANCE -> filters.add(filter("tag:" + EniTags.INSTANCE_TAG, node.instanceId()));
            case CLUSTER -> {
                filters.add(filter("tag-key", EniTags.INSTANCE_TAG));
                if (!tags.clusterName().isEmpty()) {
                    filters.add(filter("tag:" + EniTags.CLUSTER_TAG, tags.clusterName()));
                }
            }
        }
        return filters;
    }

    private static Filter filter(String name, String value) {
        return Filter.builder().name(name).values(value).build();
    }

    private List<Found> judged(DescribeNetworkInterfacesResponse response) {
        LeakRule now = rule.get();
        return response.networkInterfaces().stream()
                .map(eni -> judged(eni, now))
                .filter(found -> found.verdict() != Verdict.LEAVE)
                .toList();
    }

    private Found judged(NetworkInterface eni, LeakRule now) {
        String description = eni.description() == null ? "" : eni.description();
        return new Found(
                new EniId(eni.networkInterfaceId()),
                now.judge(description, EniTags.map(eni.tagSet()), clock.instant()));
    }

    private Uni<Done> treat(Found found) {
        Uni<Void> step =
                switch (found.verdict()) {
                    case LEAVE -> Uni.createFrom().voidItem();
                    case DATE -> date(found.eni());
                    case DELETE -> delete(found.eni());
                };
        return step.map(_ -> new Done(found, Optional.empty()))
                .onFailure(CloudException.class)
                .recoverWithItem(failure -> new Done(
                        found, Optional.of(((CloudException) failure).failure().code())));
    }

    private Uni<Void> date(EniId eni) {
        return ec2.tag(List.of(eni.value()), EniTags.createdAt(clock.instant()), Urgency.CHORE);
    }

    private Uni<Void> delete(EniId eni) {
        return ec2.persistently(() -> ec2.deleteInterface(eni, Urgency.CHORE))
                .onFailure(failedWithKind(Kind.NOT_FOUND))
                .recoverWithNull();
    }

    private static Report report(List<Done> all) {
        List<EniId> deleted = new ArrayList<>();
        List<EniId> dated = new ArrayList<>();
        Map<EniId, String> failed = new HashMap<>();
        for (Done done : all) {
            EniId eni = done.found().eni();
            if (done.failure().isPresent()) {
                failed.put(eni, done.failure().get());
            } else if (done.found().verdict() == Verdict.DELETE) {
                deleted.add(eni);
            } else {
                dated.add(eni);
            }
        }
        return new Report(deleted, dated, failed);
    }
}
