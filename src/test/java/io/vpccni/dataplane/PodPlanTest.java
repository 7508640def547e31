package io.vpccni.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.dataplane.PodState.Endpoint;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.Ipv4Address;
import io.vpccni.vpc.Ipv4Cidr;
import io.vpccni.vpc.MacAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class PodPlanTest {

    private static final PodPlan PLAN = new PodPlan(pod(2));
    private static final IpAddress GATEWAY = IpAddress.parse("169.254.1.1");

    private static PodAttachment pod(int table) {
        return new PodAttachment(
                Path.of("/run/netns/a"), "eth0", "enicc21c2d7785", Ipv4Address.parse("10.0.200.7"), table, 9001);
    }

    @Test
    void aPodOfTheMainTableHasNoRuleForWhatItSends() {
        assertThat(new PodPlan(pod(254)).hostRules())
                .map(PolicyRule::toString)
                .containsExactly("512: from all to 10.0.200.7 lookup main");
    }

    @Test
    void aPodOfAnotherTableSendsByIt() {
        assertThat(PLAN.hostRules())
                .map(PolicyRule::toString)
                .containsExactly("512: from all to 10.0.200.7 lookup main", "1536: from 10.0.200.7 lookup 2");
    }

    @Test
    void routesLeadToTheGatewayAndToThePod() {
        assertThat(PLAN.podRoutes())
                .map(StaticRoute::toString)
                .containsExactly("169.254.1.1/32 scope link table main", "default via 169.254.1.1 table main");
        assertThat(PLAN.hostRoute()).hasToString("10.0.200.7/32 scope link table main");
    }

    @Test
    void macAddressesAreLocalAndUnicastAndFollowFromTheAddress() {
        assertThat(PLAN.hostMac()).hasToString("0a:68:0a:00:c8:07");
        assertThat(PLAN.podMac()).hasToString("0a:58:0a:00:c8:07");
        assertThat(PLAN.podNeighbour()).hasToString("169.254.1.1 lladdr 0a:68:0a:00:c8:07");
        assertThat(PLAN.hostNeighbour()).hasToString("10.0.200.7 lladdr 0a:58:0a:00:c8:07");
    }

    @ParameterizedTest(name = "interface {0} with {1}")
    @CsvSource(delimiter = '|', textBlock = """
            0 | 10.0.200.7  | 169.254.1.1/32 scope link table main | default via 169.254.1.1 table main |
            1 | 10.0.200.7  | 169.254.1.2/32 scope link table 1    | default via 169.254.1.2 table 1    | 1: from 10.0.200.7 lookup 1
            3 | 10.0.200.7  | 169.254.1.4/32 scope link table 3    | default via 169.254.1.4 table 3    | 1: from 10.0.200.7 lookup 3
            0 | 2001:db8::7 | fe80::1/128 scope link table main    | default via fe80::1 table main     |
            1 | 2001:db8::7 | fe80::2/128 scope link table 1       | default via fe80::2 table 1        | 1: from 2001:db8::7 lookup 1
            """)
    void eachInterfaceOfAPodHasAGatewayAndATableOfItsOwn(
            int index, String address, String toGateway, String byDefault, @Nullable String rule) {
        PodPlan plan = new PodPlan(new PodAttachment(
                Path.of("/run/netns/a"), index, "net", "eni1", IpAddress.parse(address), 10_101, 9001));
        assertThat(plan.podRoutes()).map(StaticRoute::toString).containsExactly(toGateway, byDefault);
        assertThat(plan.podRule().map(PolicyRule::toString)).isEqualTo(Optional.ofNullable(rule));
        assertThat(plan.podNeighbour().address()).isEqualTo(plan.gateway());
        assertThat(plan.hostRules())
                .map(PolicyRule::toString)
                .containsExactly(
                        "512: from all to %s lookup main".formatted(address),
                        "1536: from %s lookup 10101".formatted(address));
    }

    @Test
    void aRuleInsideThePodIsMissedAndAWrongOneNamed() {
        PodPlan second = new PodPlan(new PodAttachment(
                Path.of("/run/netns/a"), 1, "mNicIf1", "eni1", IpAddress.parse("10.0.200.7"), 10_101, 9001));
        PolicyRule wrong = new PolicyRule(1, new PolicyRule.Selector.From(IpAddress.parse("10.0.200.7")), 2);
        PodState state =
                new PodState(Optional.empty(), Optional.empty(), false, Set.of(wrong), Set.copyOf(second.hostRules()));
        assertThat(state.differencesFrom(second))
                .endsWith(
                        "the pod lacks the rule \"1: from 10.0.200.7 lookup 1\"",
                        "the pod has the wrong rule \"1: from 10.0.200.7 lookup 2\"");
    }

    @Test
    void aPodThatIsAsPlannedDiffersInNothing() {
        assertThat(right().differencesFrom(PLAN)).isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("differences")
    void eachDifferenceIsASentence(String name, UnaryOperator<PodState> change, List<String> sentences) {
        assertThat(change.apply(right()).differencesFrom(PLAN)).isEqualTo(sentences);
    }

    static Stream<Arguments> differences() {
        return Stream.of(
                row("no pod end", s -> with(s, null, host(s)), "pod interface eth0 does not exist"),
                row("no host end", s -> with(s, inside(s), null), "host link enicc21c2d7785 does not exist"),
                row(
                        "down, with another MTU",
                        s -> with(s, inside(s), end(host(s), false, 1500)),
                        "host link enicc21c2d7785 is down",
                        "host link enicc21c2d7785 has MTU 1500 instead of 9001"),
                row(
                        "two addresses",
                        s -> with(
                                s,
                                new Endpoint(
                                        true,
                                        9001,
                                        inside(s).mac(),
                                        Set.of(Ipv4Cidr.parse("10.0.0.1/32")),
                                        inside(s).routes(),
                                        inside(s).neighbours()),
                                host(s)),
                        "pod interface eth0 has the addresses [10.0.0.1/32] instead of 10.0.200.7/32"),
                row(
                        "no route to the pod",
                        s -> with(
                                s,
                                inside(s),
                                new Endpoint(true, 9001, host(s).mac(), Set.of(), Set.of(), host(s).neighbours())),
                        "host link enicc21c2d7785 lacks the route \"10.0.200.7/32 scope link table main\""),
                row(
                        "another pair",
                        s -> new PodState(s.podEnd(), s.hostEnd(), false, s.podRules(), s.hostRules()),
                        "host link enicc21c2d7785 is not the other end of pod interface eth0"),
                row(
                        "made by the reference: own MAC addresses, no neighbour on the host",
                        s -> with(
                                s,
                                new Endpoint(
                                        true,
                                        9001,
                                        inside(s).mac(),
                                        inside(s).addresses(),
                                        inside(s).routes(),
                                        Set.of(new Neighbour(GATEWAY, mac("02:00:00:00:00:01")))),
                                new Endpoint(
                                        true, 9001, mac("02:00:00:00:00:01"), Set.of(), host(s).routes(), Set.of()))),
                row(
                        "the gateway's neighbour is somebody else",
                        s -> with(
                                s,
                                inside(s),
                                new Endpoint(
                                        true,
                                        9001,
                                        mac("02:00:00:00:00:01"),
                                        Set.of(),
                                        host(s).routes(),
                                        host(s).neighbours())),
                        "pod interface eth0 lacks the permanent neighbour \"169.254.1.1 lladdr 02:00:00:00:00:01\""),
                row(
                        "a rule to a wrong table",
                        s -> new PodState(
                                s.podEnd(),
                                s.hostEnd(),
                                true,
                                Set.of(),
                                Set.of(
                                        PolicyRule.toPod(PLAN.pod().address()),
                                        PolicyRule.fromPod(PLAN.pod().address(), 3))),
                        "the host lacks the rule \"1536: from 10.0.200.7 lookup 2\"",
                        "the host has the wrong rule \"1536: from 10.0.200.7 lookup 3\""));
    }

    private static Arguments row(String name, UnaryOperator<PodState> change, String... sentences) {
        return Arguments.of(name, change, List.of(sentences));
    }

    private static PodState right() {
        return new PodState(
                Optional.of(new Endpoint(
                        true,
                        9001,
                        PLAN.podMac(),
                        Set.of(PLAN.podAddress()),
                        Set.copyOf(PLAN.podRoutes()),
                        Set.of(PLAN.podNeighbour()))),
                Optional.of(new Endpoint(
                        true, 9001, PLAN.hostMac(), Set.of(), Set.of(PLAN.hostRoute()), Set.of(PLAN.hostNeighbour()))),
                true,
                Set.of(),
                Set.copyOf(PLAN.hostRules()));
    }

    private static PodState with(PodState state, @Nullable Endpoint inside, @Nullable Endpoint outside) {
        return new PodState(
                Optional.ofNullable(inside), Optional.ofNullable(outside), true, state.podRules(), state.hostRules());
    }

    private static Endpoint end(Endpoint old, boolean up, int mtu) {
        return new Endpoint(up, mtu, old.mac(), old.addresses(), old.routes(), old.neighbours());
    }

    private static Endpoint inside(PodState state) {
        return state.podEnd().orElseThrow();
    }

    private static Endpoint host(PodState state) {
        return state.hostEnd().orElseThrow();
    }

    private static MacAddress mac(String text) {
        return new MacAddress(text);
    }
}
