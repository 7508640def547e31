package io.vpccni.explain;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The last calls to AWS and those under way. Written and read by any thread. */
public final class CallHistory {

    /** Ended calls that are remembered. */
    static final int LENGTH = 256;

    /** Calls that one explanation lists: the newest ones. */
    static final int LISTED = 50;

    private final ArrayDeque<ApiCall> ended = new ArrayDeque<>();
    private final Map<Long, ApiCall> underWay = new HashMap<>();
    private long numbers;

    /** Notes that a call is sent. */
    public synchronized ApiCall began(String api, Instant now) {
        ApiCall call = new ApiCall(numbers++, api, now, Optional.empty());
        underWay.put(call.number(), call);
        return call;
    }

    /** Notes how a call ended, and returns it with its end. */
    public synchronized ApiCall ended(ApiCall call, Instant now, String outcome, String requestId, boolean throttled) {
        underWay.remove(call.number());
        Duration took = Duration.between(call.began(), now);
        ApiCall whole = new ApiCall(
                call.number(),
                call.api(),
                call.began(),
                Optional.of(new ApiCall.End(took, outcome, requestId, throttled)));
        if (ended.size() == LENGTH) {
            ended.removeFirst();
        }
        ended.addLast(whole);
        return whole;
    }

    /** The calls that were under way at any moment between two, in the order they began. */
    public synchronized List<ApiCall> between(Instant from, Instant to) {
        List<ApiCall> found = new ArrayList<>();
        ended.stream().filter(call -> call.overlaps(from, to)).forEach(found::add);
        underWay.values().stream().filter(call -> call.overlaps(from, to)).forEach(found::add);
        found.sort(Comparator.comparingLong(ApiCall::number));
        return List.copyOf(found.subList(Math.max(0, found.size() - LISTED), found.size()));
    }
}
