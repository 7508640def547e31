package io.vpccni.ec2;

/** Sees every call to AWS. Called on the threads of the calls: must return at once. */
@FunctionalInterface
public interface CallObserver {

    /** Nobody looks. */
    CallObserver NONE = _ -> (_, _, _) -> {};

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
