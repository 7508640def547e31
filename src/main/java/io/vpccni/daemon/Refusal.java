package io.vpccni.daemon;

import io.vpccni.explain.Outcome;
import io.vpccni.pool.Reason;

/** An ADD that failed, with the reason and what was found. */
public final class Refusal extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Reason reason;
    private final String detail;

    public Refusal(Reason reason, String detail) {
        super(reason + ": " + detail);
        this.reason = reason;
        this.detail = detail;
    }

    public Reason reason() {
        return reason;
    }

    /** The whole story in one line: reason, meaning, what was found, what the daemon does, what helps. */
    public String explanation() {
        return reason.explain(detail);
    }

    Outcome.Refused outcome() {
        return new Outcome.Refused(reason, detail);
    }

    public String detail() {
        return detail;
    }
}
