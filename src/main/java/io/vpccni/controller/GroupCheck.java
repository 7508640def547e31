package io.vpccni.controller;

import io.vpccni.branch.GroupAdvice;
import io.vpccni.branch.SecurityGroups;
import io.vpccni.ec2.TrunkCalls;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/** Looks what people forgot in the security groups of pods, and says it on their policies. Changes nothing. */
final class GroupCheck {

    private static final Logger LOG = Logger.getLogger(GroupCheck.class);

    /** So long the same groups are not looked at again. */
    private static final Duration PERIOD = Duration.ofMinutes(10);

    private record Question(String namespace, SecurityGroups groups) {}

    private final TrunkCalls ec2;
    private final BranchNews news;
    private final InstantSource clock;
    private final Map<Question, Instant> asked = new ConcurrentHashMap<>();

    GroupCheck(TrunkCalls ec2, BranchNews news, InstantSource clock) {
        this.ec2 = ec2;
        this.news = news;
        this.clock = clock;
    }

    /** A pod of the namespace is to have these groups, on a node that has those. Returns at once. */
    void look(String namespace, SecurityGroups groups, SecurityGroups ofNode) {
        Instant now = clock.instant();
        asked.values().removeIf(then -> !now.isBefore(then.plus(PERIOD)));
        if (asked.putIfAbsent(new Question(namespace, groups), now) != null) {
            return;
        }
        ec2.groups(groups)
                .map(found -> GroupAdvice.of(groups, found, ofNode))
                .subscribe()
                .with(
                        advice -> advice.forEach(line -> news.advise(namespace, groups, line)),
                        failure -> LOG.warnf("security groups %s are not checked: %s", groups, failure.getMessage()));
    }
}
