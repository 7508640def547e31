package io.vpccni.kube;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * When a Lease may be taken. The first rule that fits counts.
 *
 * <pre>
 * holder      renewed                     says
 * another     less than a hold ago        HELD
 * another     longer ago, or never        FREE      it died
 * this node                               FREE      it began anew
 * nobody      less than a pause ago       DONE      the last one to have it finished the work then
 * nobody      longer ago, or never        FREE
 * </pre>
 *
 * Times are those of several nodes' clocks: what the Lease guards must bear to be done twice.
 *
 * @param hold how long a holder that does not renew keeps it
 * @param pause from the end of the work to its next beginning, on any node
 */
record LeaseTerms(Duration hold, Duration pause) {

    enum Verdict {
        FREE,
        HELD,
        DONE
    }

    Verdict judge(Optional<String> holder, Optional<Instant> renewed, String self, Instant now) {
        if (holder.isPresent()) {
            return !holder.get().equals(self) && isWithin(hold, renewed, now) ? Verdict.HELD : Verdict.FREE;
        }
        return isWithin(pause, renewed, now) ? Verdict.DONE : Verdict.FREE;
    }

    private static boolean isWithin(Duration time, Optional<Instant> renewed, Instant now) {
        return renewed.filter(at -> now.isBefore(at.plus(time))).isPresent();
    }
}
