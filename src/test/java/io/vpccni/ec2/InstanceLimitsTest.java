package io.vpccni.ec2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.mutiny.Uni;
import io.vpccni.config.NodeSettings.CloudAccess;
import io.vpccni.config.NodeSettings.CloudSettings;
import io.vpccni.emulator.Emulator;
import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.emulator.cloud.InstanceType;
import io.vpccni.emulator.cloud.InstanceTypes;
import io.vpccni.emulator.faults.InjectedError;
import io.vpccni.vpc.InstanceLimits;
import io.vpccni.vpc.IpFamily;
import io.vpccni.vpc.NodeIdentity;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Limits of instance types from EC2, from the shipped table, and without both. */
class InstanceLimitsTest {

    private static final InstanceTable TABLE = InstanceTable.shipped();

    @ParameterizedTest(name = "{0}")
    @CsvSource(textBlock = """
            m5.large,       3,  10, true,  1
            t3.nano,        2,  2,  true,  1
            m8i.96xlarge,   24, 64, true,  1
            c8a.2xlarge,    4,  40, true,  1
            m4.large,       2,  10, false, 1
            t2.medium,      3,  6,  false, 1
            i3.large,       3,  10, false, 1
            i3.metal,       15, 50, true,  1
            i4i.24xlarge,   15, 30, true,  1
            p5.48xlarge,    2,  50, true,  32
            p4d.24xlarge,   15, 50, true,  4
            u7in-16tb.224xlarge, 8, 50, true, 2
            mac2-m2pro.metal, 8, 30, true, 1
            """)
    void theTableKnows(String type, int enis, int addresses, boolean prefixes, int cards) {
        InstanceLimits limits = TABLE.limitsOf(type).orElseThrow();

        assertThat(limits.enisPerCard().keySet())
                .isEqualTo(IntStream.range(0, cards).boxed().collect(Collectors.toSet()));
        assertThat(limits.enisPerCard().values()).containsOnly(enis);
        assertThat(limits.addressesPerEni()).isEqualTo(addresses);
        assertThat(limits.prefixDelegation()).isEqualTo(prefixes);
    }

    @Test
    void theTableIsWhole() {
        assertThat(TABLE.types()).hasSize(1100);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("emulatedTypes")
    void theTableSaysWhatTheEmulatorSays(InstanceType type) {
        assertThat(TABLE.types()).hasEntrySatisfying(type.name(), entry -> {
            assertThat(entry.enisPerCard().values()).containsExactlyElementsOf(type.cards());
            assertThat(entry.addressesPerEni()).isEqualTo(type.addresses());
        });
    }

    static Stream<InstanceType> emulatedTypes() {
        return InstanceTypes.all().values().stream();
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "m5",
                "m5: ",
                "m5: large",
                "m5: large 3",
                "m5: large 3x",
                "m5: large 3x10/",
                "m5: large 3x10,xlarge 4x15",
                "m5: large 3x10, ",
                "m5: large 0x10",
                "kvm m5: large 3x10",
                "m5: large 3x10, large 3x10"
            })
    void aBrokenLineIsRefused(String line) {
        assertThatThrownBy(() -> InstanceTable.parse("# head\n\n" + line)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void withoutThePermissionTheTableServesAtOnce() {
        assertThat(asked("m5.large", "UnauthorizedOperation", 403, 1))
                .isEqualTo(new Found(new InstanceLimits(3, 10, true), 1));
    }

    @Test
    void anOutageIsWaitedForAFewTimes() {
        assertThat(asked("m5.large", "InternalError", 500, LimitsSearch.TRIES - 1))
                .as("the last try is answered")
                .isEqualTo(new Found(new InstanceLimits(3, 10, true), LimitsSearch.TRIES));
        assertThat(asked("m5.large", "InternalError", 500, 100))
                .as("the table serves")
                .isEqualTo(new Found(new InstanceLimits(3, 10, true), LimitsSearch.TRIES));
    }

    @Test
    void aTypeThatNobodyKnowsGetsSmallLimits() {
        try (Emulator emulator = Emulator.start(EmulatorOptions.instant().withNodes(1));
                AwsClients aws = aws(emulator);
                EniCalls ec2 = ec2(aws, "z99.gigantic")) {
            assertThat(done(ec2.limits())).isEqualTo(LimitsSearch.UNKNOWN_TYPE);
        }
    }

    private record Found(InstanceLimits limits, long calls) {}

    /** Limits of a type while EC2 answers the first {@code failures} calls with an error. */
    private static Found asked(String type, String code, int status, int failures) {
        try (Emulator emulator = Emulator.start(EmulatorOptions.instant().withNodes(1));
                AwsClients aws = aws(emulator);
                EniCalls ec2 = ec2(aws, type)) {
            emulator.run(core -> core.faults()
                    .inject(new InjectedError("DescribeInstanceTypes", code, "on purpose", status, failures)));
            InstanceLimits limits = done(ec2.limits());
            return new Found(limits, emulator.ask(core -> core.journal().calls("DescribeInstanceTypes")));
        }
    }

    private static EniCalls ec2(AwsClients aws, String type) {
        NodeIdentity node = done(aws.imds().identity());
        NodeIdentity changed = new NodeIdentity(
                node.instanceId(),
                type,
                node.region(),
                node.availabilityZone(),
                node.vpcId(),
                node.subnet(),
                node.primaryMac(),
                node.primaryAddress(),
                node.ipv6(),
                node.securityGroups(),
                node.vpcCidrs(),
                node.vpcIpv6Cidrs());
        return aws.ec2(changed, InstantSource.system(), IpFamily.IPV4, false, Optional.empty());
    }

    private static AwsClients aws(Emulator emulator) {
        return new AwsClients(
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
    }

    private static <T> T done(Uni<T> call) {
        return call.await().atMost(Duration.ofMinutes(1));
    }
}
