package io.vpccni.daemon;

import io.smallrye.mutiny.subscription.UniEmitter;
import io.vpccni.pool.Assignment;
import io.vpccni.pool.Sandbox;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Who waits for the ADD of a sandbox. Usually one caller; a runtime that lost patience and asked again makes a second one for
 * the same sandbox, and both get the same answer. Used by the loop thread only.
 */
final class Callers {

    /** One call that has not been answered. */
    record Caller(AddRequest request, Asked asked, UniEmitter<? super Assignment> answer) {}

    private final Map<Sandbox, List<Caller>> waiting = new HashMap<>();

    void add(Caller caller) {
        waiting.computeIfAbsent(caller.request().sandbox(), _ -> new ArrayList<>(1))
                .add(caller);
    }

    /** Takes one caller out; returns whether it was there and nobody else waits for its sandbox. */
    boolean hungUp(Caller caller) {
        List<Caller> callers = waiting.get(caller.request().sandbox());
        if (callers == null || !callers.remove(caller) || !callers.isEmpty()) {
            return false;
        }
        waiting.remove(caller.request().sandbox());
        return true;
    }

    /** What the callers of a sandbox asked for; the latest one counts. */
    Optional<AddRequest> request(Sandbox sandbox) {
        return Optional.ofNullable(waiting.get(sandbox))
                .map(callers -> callers.getLast().request());
    }

    boolean isAwaited(Sandbox sandbox) {
        return waiting.containsKey(sandbox);
    }

    void complete(Assignment assignment) {
        take(assignment.sandbox()).forEach(caller -> caller.answer().complete(assignment));
    }

    void fail(Sandbox sandbox, Refusal refusal) {
        take(sandbox).forEach(caller -> caller.answer().fail(refusal));
    }

    void failAll(Refusal refusal) {
        List.copyOf(waiting.keySet()).forEach(sandbox -> fail(sandbox, refusal));
    }

    private List<Caller> take(Sandbox sandbox) {
        List<Caller> callers = waiting.remove(sandbox);
        return callers == null ? List.of() : callers;
    }
}
