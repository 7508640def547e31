package io.vpccni.daemon;

import io.vpccni.explain.RequestId;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;

/** Announces reasons in the log. */
final class LoggedReasons implements ReasonSink {

    private static final Logger LOG = Logger.getLogger(LoggedReasons.class);
    private static final String REQUEST_ID = "requestId";

    @Override
    public void announce(Announcement what) {
        naming(
                Optional.of(what.request()),
                () -> LOG.warnf(
                        "%s of %s %s after %d ms: %s",
                        what.sandbox(),
                        what.pod(),
                        what.waiting() ? "still waits for an address" : "gets no address",
                        what.waited().toMillis(),
                        what.reason().explain(what.detail())));
    }

    /** Logs a line that carries the request it is about, or begins work whose lines do. */
    static void naming(Optional<RequestId> request, Runnable line) {
        Object outer = MDC.get(REQUEST_ID);
        request.ifPresent(id -> MDC.put(REQUEST_ID, id.toString()));
        try {
            line.run();
        } finally {
            if (outer == null) {
                MDC.remove(REQUEST_ID);
            } else {
                MDC.put(REQUEST_ID, outer);
            }
        }
    }
}
