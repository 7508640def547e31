package io.vpccni.emulator.cloud;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What was answered to requests with a client token, so that the same request has no second effect. */
final class ClientTokens<Q, A> {
    private record Answered<Q, A>(Q request, A answer) {}

    private final Map<String, Answered<Q, A>> answered = new HashMap<>();

    /**
     * The answer to an earlier request with this token; empty for null and for a new one.
     *
     * @throws CloudError IdempotentParameterMismatch when the earlier request was another
     */
    Optional<A> earlier(@Nullable String token, Q request) {
        Answered<Q, A> found = token == null ? null : answered.get(token);
        if (found == null) {
            return Optional.empty();
        }
        if (!found.request().equals(request)) {
            throw new CloudError(
                    "IdempotentParameterMismatch",
                    "The client token you have provided is associated with a resource you are already trying to"
                            + " create with different parameters.");
        }
        return Optional.of(found.answer());
    }

    void keep(@Nullable String token, Q request, A answer) {
        if (token != null) {
            answered.put(token, new Answered<>(request, answer));
        }
    }
}
