package io.vpccni.ec2;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Answers many questions of a kind with few calls: while one is under way the next questions gather, and its answer sends them
 * together. Nobody waits for a timer.
 */
final class Gathering<K, V> {

    private final int most;
    private final Function<Set<K>, Uni<Map<K, V>>> call;
    private final Map<K, List<UniEmitter<? super V>>> waiting = new LinkedHashMap<>();
    private boolean calling;

    /**
     * @param most questions in one call
     * @param call answers those that have an answer
     */
    Gathering(int most, Function<Set<K>, Uni<Map<K, V>>> call) {
        this.most = most;
        this.call = call;
    }

    /** The answer; null for a question that has none. Fails as the call does. */
    Uni<V> ask(K question) {
        return Uni.createFrom().emitter(emitter -> {
            synchronized (this) {
                waiting.computeIfAbsent(question, _ -> new ArrayList<>()).add(emitter);
            }
            next();
        });
    }

    private void next() {
        Map<K, List<UniEmitter<? super V>>> batch;
        synchronized (this) {
            if (calling || waiting.isEmpty()) {
                return;
            }
            calling = true;
            batch = new LinkedHashMap<>();
            waiting.entrySet().stream().limit(most).forEach(entry -> batch.put(entry.getKey(), entry.getValue()));
            waiting.keySet().removeAll(batch.keySet());
        }
        call.apply(Set.copyOf(batch.keySet()))
                .onTermination()
                .invoke(this::ended)
                .subscribe()
                .with(
                        answers -> batch.forEach(
                                (question, askers) -> askers.forEach(asker -> asker.complete(answers.get(question)))),
                        failure -> batch.values().forEach(askers -> askers.forEach(asker -> asker.fail(failure))));
    }

    private void ended() {
        synchronized (this) {
            calling = false;
        }
        next();
    }
}
