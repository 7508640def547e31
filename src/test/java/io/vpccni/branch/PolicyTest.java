package io.vpccni.branch;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.branch.LabelSelector.Operator;
import io.vpccni.branch.LabelSelector.Requirement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PolicyTest {

    private static final Map<String, String> POD = Map.of("app", "web", "tier", "front");
    private static final Map<String, String> ACCOUNT = Map.of("team", "shop");
    private static final LabelSelector EVERYTHING = new LabelSelector(Map.of(), List.of());
    private static final LabelSelector WEB = new LabelSelector(Map.of("app", "web"), List.of());
    private static final LabelSelector OTHER = new LabelSelector(Map.of("app", "other"), List.of());
    private static final LabelSelector SHOP = new LabelSelector(Map.of("team", "shop"), List.of());

    @ParameterizedTest(name = "{0}")
    @MethodSource("selections")
    void selects(String name, Optional<LabelSelector> pods, Optional<LabelSelector> accounts, boolean selected) {
        Policy policy = new Policy("default", "p", pods, accounts, SecurityGroups.of("sg-1"));

        assertThat(Policy.groupsOf(List.of(policy), "default", POD, ACCOUNT).isEmpty())
                .isNotEqualTo(selected);
    }

    static Stream<Arguments> selections() {
        return Stream.of(
                Arguments.of("neither selector selects nothing", Optional.empty(), Optional.empty(), false),
                Arguments.of("an empty selector selects everything", Optional.of(EVERYTHING), Optional.empty(), true),
                Arguments.of("labels of the pod", Optional.of(WEB), Optional.empty(), true),
                Arguments.of("other labels of the pod", Optional.of(OTHER), Optional.empty(), false),
                Arguments.of("labels of the account", Optional.empty(), Optional.of(SHOP), true),
                Arguments.of("both hold", Optional.of(WEB), Optional.of(SHOP), true),
                Arguments.of("one of both does not hold", Optional.of(OTHER), Optional.of(SHOP), false));
    }

    @ParameterizedTest(name = "{0} {1} {2}")
    @MethodSource("requirements")
    void requires(String key, Operator operator, List<String> values, boolean holds) {
        LabelSelector selector = new LabelSelector(Map.of(), List.of(new Requirement(key, operator, values)));

        assertThat(selector.matches(POD)).isEqualTo(holds);
    }

    static Stream<Arguments> requirements() {
        return Stream.of(
                Arguments.of("app", Operator.IN, List.of("web", "x"), true),
                Arguments.of("app", Operator.IN, List.of("x"), false),
                Arguments.of("none", Operator.IN, List.of("web"), false),
                Arguments.of("app", Operator.NOT_IN, List.of("x"), true),
                Arguments.of("app", Operator.NOT_IN, List.of("web"), false),
                Arguments.of("none", Operator.NOT_IN, List.of("web"), true),
                Arguments.of("app", Operator.EXISTS, List.of(), true),
                Arguments.of("none", Operator.EXISTS, List.of(), false),
                Arguments.of("app", Operator.DOES_NOT_EXIST, List.of(), false),
                Arguments.of("none", Operator.DOES_NOT_EXIST, List.of(), true));
    }

    @Test
    void aPodHasTheGroupsOfAllPoliciesOfItsNamespaceInTheSameOrder() {
        Policy one = new Policy("default", "a", Optional.of(WEB), Optional.empty(), SecurityGroups.of("sg-2", "sg-1"));
        Policy two = new Policy(
                "default", "b", Optional.of(EVERYTHING), Optional.empty(), SecurityGroups.of("sg-3", "sg-1"));
        Policy elsewhere =
                new Policy("other", "c", Optional.of(EVERYTHING), Optional.empty(), SecurityGroups.of("sg-4"));

        assertThat(Policy.groupsOf(List.of(one, two, elsewhere), "default", POD, ACCOUNT))
                .isEqualTo(Policy.groupsOf(List.of(elsewhere, two, one), "default", POD, ACCOUNT))
                .isEqualTo(SecurityGroups.of("sg-1", "sg-2", "sg-3"));
    }
}
