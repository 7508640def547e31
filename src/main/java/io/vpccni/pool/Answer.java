package io.vpccni.pool;

import java.util.Optional;

/** What the caller of an ADD or DEL is told. Each call gets exactly one. */
public sealed interface Answer {

    Sandbox sandbox();

    /** The pod has its address. A repeated ADD gets the same one again. */
    record Granted(Assignment assignment) implements Answer {
        @Override
        public Sandbox sandbox() {
            return assignment.sandbox();
        }
    }

    /**
     * No address.
     *
     * @param detail what was found, with numbers or EC2's own words
     */
    record Refused(Sandbox sandbox, Reason reason, String detail) implements Answer {}

    /**
     * The DEL is done.
     *
     * @param assignment what the sandbox had, which may have been under an older key; empty when it had nothing
     */
    record Released(Sandbox sandbox, Optional<Assignment> assignment) implements Answer {}
}
