package io.vpccni.emulator.cloud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vpccni.emulator.cloud.Ec2Request.AuthorizeSecurityGroupIngress;
import io.vpccni.emulator.cloud.Ec2Request.CreateNetworkInterface;
import io.vpccni.emulator.cloud.Ec2Request.CreateSecurityGroup;
import io.vpccni.emulator.cloud.Ec2Request.DeleteNetworkInterface;
import io.vpccni.emulator.cloud.Ec2Request.DeleteSecurityGroup;
import io.vpccni.emulator.cloud.Ec2Request.ModifyNetworkInterfaceAttribute;
import io.vpccni.emulator.cloud.Ec2Request.RevokeSecurityGroupIngress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GroupLifeTest {
    private final TestCloud cloud = TestCloud.of("m5.large");

    private SecurityGroup create(String name) {
        String vpc = cloud.cloud.world().vpcs().keySet().iterator().next();
        return ((Ec2Result.GroupCreated) cloud.call(new CreateSecurityGroup(name, "a test", vpc, Map.of()))).group();
    }

    private SecurityGroup now(SecurityGroup group) {
        return Optional.ofNullable(cloud.cloud.world().groups().get(group.id())).orElseThrow();
    }

    private static RuleWish tcp(int port, Peer peer) {
        return RuleWish.of(Traffic.of("tcp", port, port), peer);
    }

    private static Peer network(String cidr) {
        return new Peer.Ipv4Range(Ipv4Cidr.parse(cidr));
    }

    private String refusal(Ec2Request request) {
        return Optional.ofNullable(catchThrowableOfType(CloudError.class, () -> cloud.call(request)))
                .map(CloudError::code)
                .orElse("none");
    }

    @Test
    void aNewGroupLetsEverythingOutAndNothingIn() {
        SecurityGroup group = create("web");

        assertThat(group.id()).matches("sg-[0-9a-f]{17}");
        assertThat(group.rules(false)).isEmpty();
        assertThat(group.rules(true))
                .hasSize(2)
                .allSatisfy(rule -> assertThat(rule.traffic()).isEqualTo(Traffic.ALL))
                .allSatisfy(rule -> assertThat(rule.id()).matches("sgr-[0-9a-f]{17}"));
        assertThat(group.isOpen()).isFalse();
    }

    @Test
    void theGroupsOfAWorldKeepNothingOut() {
        assertThat(cloud.cloud.world().groups().values()).allMatch(SecurityGroup::isOpen);
    }

    @Test
    void rulesComeAndGo() {
        SecurityGroup group = create("web");
        RuleWish wish = tcp(80, network("10.0.0.0/8"));

        cloud.call(new AuthorizeSecurityGroupIngress(group.id(), List.of(wish)));

        assertThat(now(group).rules(false))
                .singleElement()
                .satisfies(rule -> assertThat(rule.peer()).isEqualTo(wish.peer()));
        assertThat(refusal(new AuthorizeSecurityGroupIngress(group.id(), List.of(wish))))
                .isEqualTo("InvalidPermission.Duplicate");
        cloud.call(new RevokeSecurityGroupIngress(group.id(), List.of(wish), List.of()));
        assertThat(now(group).rules(false)).isEmpty();
        assertThat(refusal(new RevokeSecurityGroupIngress(group.id(), List.of(wish), List.of())))
                .isEqualTo("InvalidPermission.NotFound");
    }

    @Test
    void aRuleIsRevokedByItsId() {
        SecurityGroup group = create("web");
        cloud.call(new AuthorizeSecurityGroupIngress(group.id(), List.of(tcp(80, network("10.0.0.0/8")))));
        String id = now(group).rules(false).getFirst().id();

        cloud.call(new RevokeSecurityGroupIngress(group.id(), List.of(), List.of(id)));

        assertThat(now(group).rules(false)).isEmpty();
    }

    @Test
    void aGroupInUseIsNotDeleted() {
        SecurityGroup web = create("web");
        SecurityGroup database = create("database");
        cloud.call(new AuthorizeSecurityGroupIngress(database.id(), List.of(tcp(5432, new Peer.Group(web.id())))));
        NetworkInterface eni =
                cloud.create(CreateNetworkInterface.in(cloud.subnet()).withGroups(database.id()));

        assertThat(refusal(new DeleteSecurityGroup(web.id()))).as("by a rule").isEqualTo("DependencyViolation");
        assertThat(refusal(new DeleteSecurityGroup(database.id())))
                .as("by an ENI")
                .isEqualTo("DependencyViolation");
        cloud.call(new DeleteNetworkInterface(eni.id()));
        cloud.call(new DeleteSecurityGroup(database.id()));
        cloud.call(new DeleteSecurityGroup(web.id()));
        assertThat(cloud.cloud.world().groups()).hasSize(1);
    }

    @Test
    void theDefaultGroupStays() {
        String first = cloud.cloud.world().groups().keySet().iterator().next();

        assertThat(refusal(new DeleteSecurityGroup(first))).isEqualTo("CannotDelete");
    }

    @Test
    void aNameIsTakenOnce() {
        create("web");

        assertThat(refusal(new CreateSecurityGroup(
                        "web",
                        "",
                        cloud.cloud.world().vpcs().keySet().iterator().next(),
                        Map.of())))
                .isEqualTo("InvalidGroup.Duplicate");
    }

    @ParameterizedTest(name = "of {0} groups with a quota of {1}: {2}")
    @CsvSource({"5, 5, none", "6, 5, SecurityGroupsPerInterfaceLimitExceeded", "6, 16, none"})
    void anEniHasSoManyGroups(int count, int quota, String code) {
        cloud.cloud.setLimits(AccountLimits.USUAL.withGroupsPerInterface(quota));
        List<String> ids =
                IntStream.range(0, count).mapToObj(i -> create("g" + i).id()).toList();

        assertThat(refusal(CreateNetworkInterface.in(cloud.subnet()).withGroups(ids.toArray(String[]::new))))
                .isEqualTo(code);
        assertThat(refusal(new ModifyNetworkInterfaceAttribute(cloud.primary().id(), ids, null, null, null)))
                .isEqualTo(code);
    }

    @Test
    void theWireHearsOfRulesAndMemberships() {
        SecurityGroup group = create("web");
        cloud.cloud.drainChanges();

        cloud.call(new AuthorizeSecurityGroupIngress(group.id(), List.of(tcp(80, network("10.0.0.0/8")))));
        cloud.call(new ModifyNetworkInterfaceAttribute(cloud.primary().id(), List.of(group.id()), null, null, null));

        assertThat(cloud.cloud.drainChanges())
                .satisfiesExactly(
                        change -> assertThat(change).isEqualTo(new WireChange.GroupChanged(now(group))),
                        change -> assertThat(change)
                                .isInstanceOfSatisfying(
                                        WireChange.EniChanged.class,
                                        changed -> assertThat(changed.eni().groupIds())
                                                .containsExactly(group.id())));
    }

    @ParameterizedTest(name = "{0} {1} to {2}: {3}")
    @CsvSource({
        "tcp, 80, 90, tcp 80 90",
        "6, 80, 90, tcp 80 90",
        "UDP, 53, 53, udp 53 53",
        "icmp, 8, -1, icmp 8 -1",
        "58, -1, -1, icmpv6 -1 -1",
        "-1, 80, 80, -1 -1 -1",
        "tcp, -1, -1, InvalidParameterValue",
        "tcp, 90, 80, InvalidParameterValue",
        "udp, 1, 65536, InvalidParameterValue",
        "icmp, 256, 0, InvalidParameterValue",
        "gre, -1, -1, InvalidParameterValue"
    })
    void whichPacketsARuleIsAbout(String protocol, int from, int to, String expected) {
        String found;
        try {
            Traffic traffic = Traffic.of(protocol, from, to);
            found = traffic.protocol() + " " + traffic.from() + " " + traffic.to();
        } catch (CloudError e) {
            found = e.code();
        }

        assertThat(found).isEqualTo(expected);
    }
}
