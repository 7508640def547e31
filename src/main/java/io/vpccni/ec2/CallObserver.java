package io.vpccni.ec2;

import io.smallrye.mutiny.Uni;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;

/** Sees every call to AWS. Called on the threads of the calls: must return at once. */
@FunctionalInterface
public interface CallObserver {

    /** Nobody looks. */
    CallObserver NONE = _ -> (_, _, _) -> {};

    /** The name of a call to IMDS; all others are EC2's actions. */
    String METADATA = "GetMetadata";

    /** Sends a call and has its end seen. */
    static <T> Uni<T> observed(
            CallObserver observer,
            String action,
            Supplier<CompletableFuture<T>> send,
            Function<? super T, String> requestId) {
        return Uni.createFrom().deferred(() -> {
            End end = observer.began(action);
            return Uni.createFrom()
                    .completionStage(send)
                    .invoke(response -> end.ended("200", requestId.apply(response), false))
                    .onFailure()
                    .invoke(failure -> end.ended(
                            Failures.codeOf(failure), Failures.requestIdOf(failure), Failures.isThrottling(failure)));
        });
    }

    /** A call is being sent; what is returned is told how it ends, once. */
    End began(String action);

    /** The end of one call. */
    @FunctionalInterface
    interface End {
        /**
         * @param outcome {@code 200} or the error code
         * @param requestId AWS's name for the call; empty when there was no answer
         * @param throttled whether AWS refused because it is asked too often
         */
        void ended(String outcome, String requestId, boolean throttled);
    }
}
