package io.vpccni.daemon;

import org.jboss.logging.Logger;
import org.jboss.logging.MDC;

/** Announces reasons in the log. */
final class LoggedReasons implements ReasonSink {

    private static final Logger LOG = Logger.getLogger(LoggedReasons.class);

    @Override
    public void announce(Announcement what) {
        MDC.put("requestId", what.request().toString());
        try {
            LOG.warnf(
                    "%s of %s %s after %d ms: %s",
                    what.sandbox(),
                    what.pod(),
                    what.waiting() ? "still waits for an address" : "gets no address",
                    what.waited().toMillis(),
                    what.reason().explain(what.detail()));
        } finally {
            MDC.remove("requestId");
        }
    }
}
