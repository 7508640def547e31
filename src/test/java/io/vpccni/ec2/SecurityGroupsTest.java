package io.vpccni.ec2;

import static io.vpccni.vpc.SlotKind.ADDRESS;
import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.mutiny.Uni;
import io.vpccni.config.NodeSettings.CloudAccess;
import io.vpccni.config.NodeSettings.CloudSettings;
import io.vpccni.emulator.Emulator;
import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.emulator.cloud.Ec2Request;
import io.vpccni.emulator.cloud.NetworkInterface;
import io.vpccni.emulator.cloud.WorldPlan;
import io.vpccni.vpc.IpFamily;
import io.vpccni.vpc.NodeIdentity;
import io.vpccni.vpc.Placement;
import io.vpccni.vpc.SubnetId;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which security groups our interfaces have, on the HTTP emulator. */
class SecurityGroupsTest {

    private final Emulator emulator = Emulator.start(
            EmulatorOptions.instant().withNodes(1).withPlan(WorldPlan.usual().withGroups("default", "pods")));
    private final AwsClients aws = new AwsClients(
            new CloudSettings(
                    Optional.of(emulator.ec2Endpoint().toString()),
                    Optional.of(emulator.node("node1").imdsEndpoint().toString()),
                    Duration.ofSeconds(10),
                    Optional.empty(),
                    "",
                    Map.of(),
                    true,
                    true,
                    true,
                    "test",
                    CloudAccess.FULL),
            RandomGenerator.getDefault());
    private final NodeIdentity node = done(aws.imds().identity());

    @AfterEach
    void close() {
        aws.close();
        emulator.close();
    }

    @Test
    void allInterfacesFollowTheFirstOne() {
        try (EniCalls ec2 = ec2(Optional.empty())) {
            done(ec2.create(1, 0, 1, ADDRESS, 2));
            String other = otherGroup();
            setGroupOfTheFirst(other);

            done(ec2.refreshSecurityGroups());

            assertThat(interfaces()).allMatch(eni -> eni.groupIds().equals(List.of(other)));
            assertThat(done(ec2.create(2, 0, 2, ADDRESS, 2))).isNotNull();
            assertThat(interfaces()).hasSize(3).allMatch(eni -> eni.groupIds().equals(List.of(other)));
        }
    }

    @Test
    void whatChangedWhileWeWereAwayIsCaughtUpOnceAndNothingIsWrittenForNothing() {
        try (EniCalls ec2 = ec2(Optional.empty())) {
            done(ec2.create(1, 0, 1, ADDRESS, 2));
            setGroupOfTheFirst(otherGroup());
        }
        NodeIdentity later = done(aws.imds().identity());
        try (EniCalls ec2 = aws.ec2(later, InstantSource.system(), IpFamily.IPV4, false, Optional.empty())) {
            done(ec2.refreshSecurityGroups());
            assertThat(interfaces()).allMatch(eni -> eni.groupIds().equals(later.securityGroups()));

            emulator.run(core -> core.journal().reset());
            done(ec2.refreshSecurityGroups());
            long calls = emulator.ask(core -> core.journal().calls());
            assertThat(calls).as("IMDS says that nothing has changed").isZero();
        }
    }

    @Test
    void withCustomNetworkingEachKeepsTheGroupsOfItsEniConfig() {
        String own = node.securityGroups().getFirst();
        String other = otherGroup();
        Placement placement = new Placement(new SubnetId(node.subnet().value()), List.of(other));
        try (EniCalls ec2 = ec2(Optional.of(() -> Uni.createFrom().item(placement)))) {
            done(ec2.create(1, 0, 1, ADDRESS, 2));

            done(ec2.refreshSecurityGroups());

            assertThat(interfaces())
                    .extracting(NetworkInterface::groupIds)
                    .containsExactlyInAnyOrder(List.of(own), List.of(other));
        }
    }

    private EniCalls ec2(Optional<Supplier<Uni<Placement>>> custom) {
        return aws.ec2(node, InstantSource.system(), IpFamily.IPV4, false, custom);
    }

    private String otherGroup() {
        return emulator.ask(core -> core.cloud().world().groups().keySet().stream()
                .filter(group -> !node.securityGroups().contains(group))
                .findFirst()
                .orElseThrow());
    }

    private void setGroupOfTheFirst(String group) {
        String first = interfaces().getFirst().id();
        emulator.decide((core, now) -> core.submit(
                new Ec2Request.ModifyNetworkInterfaceAttribute(first, List.of(group), null, null, null), now));
    }

    private List<NetworkInterface> interfaces() {
        return emulator.ask(
                core -> List.copyOf(core.cloud().world().interfaces().values()));
    }

    private static <T> T done(Uni<T> call) {
        return call.await().atMost(Duration.ofSeconds(30));
    }
}
