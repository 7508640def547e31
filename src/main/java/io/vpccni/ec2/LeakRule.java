package io.vpccni.ec2;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;

/**
 * Whether an interface with our tags that is attached to nothing was forgotten by the daemon that created it. The first rule
 * that fits counts.
 *
 * <pre>
 * its description does not begin with aws-K8S-                LEAVE
 * no time of creation, none that can be read, or one to come  DATE
 * this instance's, from before this daemon                    DELETE
 * this instance's, not older than a creation under way        LEAVE
 * younger than 5 minutes                                      LEAVE
 * else                                                        DELETE
 * </pre>
 *
 * <p>Times of creation are whole seconds, so both bounds are cut to whole seconds before they are compared.
 *
 * @param bornAt when this daemon began
 * @param creatingSince when the oldest creation began that this daemon has under way
 */
record LeakRule(String instanceId, Instant bornAt, Optional<Instant> creatingSince) {

    /** What to do with one interface. */
    enum Verdict {
        LEAVE,
        /** Write the time of now on it, so that its age is known the next time. */
        DATE,
        DELETE
    }

    /** What the description of each interface that we create begins with. */
    static final String DESCRIPTION_PREFIX = "aws-K8S-";

    /** Between its creation and its attachment an interface is nobody's leak. Also by how much clocks may differ. */
    static final Duration YOUNG = Duration.ofMinutes(5);

    Verdict judge(String description, Map<String, String> tags, Instant now) {
        if (!description.startsWith(DESCRIPTION_PREFIX)) {
            return Verdict.LEAVE;
        }
        return createdAt(tags)
                .filter(created -> !created.isAfter(now.plus(YOUNG)))
                .map(created -> isLeaked(created, instanceId.equals(tags.get(EniTags.INSTANCE_TAG)), now)
                        ? Verdict.DELETE
                        : Verdict.LEAVE)
                .orElse(Verdict.DATE);
    }

    private boolean isLeaked(Instant created, boolean own, Instant now) {
        if (own && created.isBefore(wholeSeconds(bornAt))) {
            return true;
        }
        if (own
                && creatingSince
                        .filter(began -> !created.isBefore(wholeSeconds(began)))
                        .isPresent()) {
            return false;
        }
        return !created.plus(YOUNG).isAfter(now);
    }

    private static Instant wholeSeconds(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS);
    }

    private static Optional<Instant> createdAt(Map<String, String> tags) {
        try {
            return Optional.ofNullable(tags.get(EniTags.CREATED_TAG)).map(Instant::parse);
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
