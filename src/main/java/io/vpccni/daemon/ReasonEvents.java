package io.vpccni.daemon;

import io.vpccni.kube.EventSubject;
import io.vpccni.kube.EventType;
import io.vpccni.kube.Events;
import io.vpccni.kube.PodId;
import io.vpccni.pool.Reason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Announces reasons as Kubernetes events: on the pod that has no address, and on the node where the cause is the node's and
 * meets every pod that comes. An event's reason is ours in Kubernetes' spelling: {@code EniLimit} for ENI_LIMIT.
 */
final class ReasonEvents implements ReasonSink {

    /** The API server takes 1024 bytes; some room for what is not ASCII. */
    static final int LONGEST_NOTE = 1_000;

    /** What follows a detail that was cut. */
    private static final String CUT = "…";

    /** One event: about whom, and what it says. */
    record News(EventSubject subject, String reason, String action, String note) {}

    private final Events events;
    private final String node;

    ReasonEvents(Events events, String node) {
        this.events = events;
        this.node = node;
    }

    @Override
    public void announce(Announcement what) {
        news(what, node)
                .forEach(news ->
                        events.record(news.subject(), EventType.WARNING, news.reason(), news.action(), news.note()));
    }

    /** The events that an announcement makes; none about a pod that nobody named. */
    static List<News> news(Announcement what, String node) {
        Reason reason = what.reason();
        List<EventSubject> subjects = new ArrayList<>();
        if (what.pod().isKnown() && isOfInterest(reason)) {
            subjects.add(new EventSubject.OfPod(
                    new PodId(what.pod().namespace(), what.pod().name())));
        }
        if (isNodeWide(reason)) {
            subjects.add(new EventSubject.OfNode(node));
        }
        return subjects.stream()
                .map(subject -> new News(subject, word(reason), action(reason), note(reason, what.detail())))
                .toList();
    }

    /** Whether anybody is left to tell: a pod whose sandbox is gone misses nothing. */
    private static boolean isOfInterest(Reason reason) {
        return reason != Reason.DELETED;
    }

    /** Whether the cause meets every pod that comes to the node, and not only this one or only now. */
    static boolean isNodeWide(Reason reason) {
        return switch (reason) {
            case ENI_LIMIT,
                    ENI_QUOTA,
                    ADDRESSES_HELD,
                    SUBNET_EXHAUSTED,
                    NO_CONTIGUOUS_PREFIX,
                    EC2_THROTTLED,
                    IAM_DENIED,
                    EC2_UNREACHABLE,
                    EC2_REFUSED,
                    ENI_NOT_WIRED,
                    STARTING,
                    CHECKPOINT_FAILED,
                    ENI_CONFIG_MISSING,
                    NO_SUITABLE_SUBNET,
                    PROVISIONING_DISABLED,
                    API_SERVER_NEEDED,
                    TRUNK_MISSING -> true;
            case NO_FREE_ADDRESS_COOLING,
                    EC2_PENDING,
                    MAX_PODS,
                    STOPPING,
                    DELETED,
                    WIRING_FAILED,
                    NETWORK_POLICY_FAILED,
                    BAD_REQUEST,
                    MULTI_NIC_DISABLED,
                    NODE_CORDONED,
                    BRANCH_NOT_ANNOTATED,
                    BRANCH_UNUSABLE,
                    POD_UNKNOWN -> false;
        };
    }

    private static String action(Reason reason) {
        return switch (reason) {
            case WIRING_FAILED, NETWORK_POLICY_FAILED -> "ConnectPod";
            default -> "AssignAddress";
        };
    }

    /** {@code EniLimit} for ENI_LIMIT, {@code Ec2Throttled} for EC2_THROTTLED. */
    static String word(Reason reason) {
        return Arrays.stream(reason.name().split("_", -1))
                .map(part -> part.charAt(0) + part.substring(1).toLowerCase(Locale.ROOT))
                .collect(Collectors.joining());
    }

    /** The whole story. Where it is too long, the detail is cut, so that the advice behind it is always there. */
    static String note(Reason reason, String detail) {
        int excess = reason.explain(detail).length() - LONGEST_NOTE;
        return excess <= 0
                ? reason.explain(detail)
                : reason.explain(detail.substring(0, Math.max(0, detail.length() - excess - CUT.length())) + CUT);
    }
}
