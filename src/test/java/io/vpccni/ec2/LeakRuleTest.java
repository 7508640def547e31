package io.vpccni.ec2;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.ec2.LeakRule.Verdict;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** It is 12:00:00; this daemon began at 11:00:00.7 and has a creation under way since 11:50:30.2. */
class LeakRuleTest {

    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    private final LeakRule rule = new LeakRule(
            "i-own", Instant.parse("2026-03-01T11:00:00.7Z"), Optional.of(Instant.parse("2026-03-01T11:50:30.2Z")));

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            somebody else's description            | my interface  | i-other | 2026-03-01T10:00:00Z      | LEAVE
            our words inside a description         | x aws-K8S-i-a | i-other | 2026-03-01T10:00:00Z      | LEAVE
            no description                         | ''            | i-other | 2026-03-01T10:00:00Z      | LEAVE
            no time                                | aws-K8S-i-a   | i-other |                           | DATE
            an empty time                          | aws-K8S-i-a   | i-other | ''                        | DATE
            a time that is none                    | aws-K8S-i-a   | i-other | yesterday                 | DATE
            a time without a zone                  | aws-K8S-i-a   | i-other | 2026-03-01T10:00:00       | DATE
            a time far ahead                       | aws-K8S-i-a   | i-other | 2026-03-01T12:05:01Z      | DATE
            a clock that goes a little fast        | aws-K8S-i-a   | i-other | 2026-03-01T12:05:00Z      | LEAVE
            one second too young                   | aws-K8S-i-a   | i-other | 2026-03-01T11:55:01Z      | LEAVE
            five minutes old                       | aws-K8S-i-a   | i-other | 2026-03-01T11:55:00Z      | DELETE
            five minutes old in another zone       | aws-K8S-i-a   | i-other | 2026-03-01T13:55:00+02:00 | DELETE
            own, from before this daemon           | aws-K8S-i-own | i-own   | 2026-03-01T10:59:59Z      | DELETE
            own, from this daemon's first second   | aws-K8S-i-own | i-own   | 2026-03-01T11:00:00Z      | DELETE
            own, of the creation under way         | aws-K8S-i-own | i-own   | 2026-03-01T11:50:30Z      | LEAVE
            own, from before that creation         | aws-K8S-i-own | i-own   | 2026-03-01T11:50:29Z      | DELETE
            own, no time                           | aws-K8S-i-own | i-own   |                           | DATE
            another's, at the time of a creation   | aws-K8S-i-a   | i-other | 2026-03-01T11:50:30Z      | DELETE
            """)
    void anInterfaceIsJudgedByItsTags(
            String name, String description, String instance, String created, Verdict expected) {
        assertThat(rule.judge(description, tags(instance, created), NOW)).isEqualTo(expected);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            from before this daemon              | 2026-03-01T12:00:00Z | DELETE
            from this daemon's first second      | 2026-03-01T12:00:01Z | LEAVE
            """)
    void whatWasCreatedBeforeThisDaemonNeedNotBeOld(String name, String created, Verdict expected) {
        LeakRule young = new LeakRule("i-own", NOW.plusMillis(1_900), Optional.empty());

        assertThat(young.judge("aws-K8S-i-own", tags("i-own", created), NOW.plusSeconds(2)))
                .isEqualTo(expected);
    }

    private static Map<String, String> tags(String instance, String created) {
        Map<String, String> tags = new HashMap<>(Map.of("node.k8s.amazonaws.com/instance_id", instance));
        if (created != null) {
            tags.put("node.k8s.amazonaws.com/createdAt", created);
        }
        return tags;
    }
}
