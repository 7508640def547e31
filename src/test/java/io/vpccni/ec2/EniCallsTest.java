package io.vpccni.ec2;

import static io.vpccni.vpc.SlotKind.ADDRESS;
import static io.vpccni.vpc.SlotKind.PREFIX;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import io.smallrye.mutiny.Uni;
import io.vpccni.config.NodeSettings.CloudAccess;
import io.vpccni.config.NodeSettings.CloudSettings;
import io.vpccni.emulator.EmulatedNode;
import io.vpccni.emulator.Emulator;
import io.vpccni.emulator.EmulatorOptions;
import io.vpccni.emulator.Listener;
import io.vpccni.emulator.cloud.Occupation;
import io.vpccni.emulator.faults.InjectedError;
import io.vpccni.vpc.CloudFailure;
import io.vpccni.vpc.CloudFailure.Kind;
import io.vpccni.vpc.Eni;
import io.vpccni.vpc.EniId;
import io.vpccni.vpc.InstanceLimits;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpFamily;
import io.vpccni.vpc.NodeIdentity;
import io.vpccni.vpc.SlotKind;
import io.vpccni.vpc.Slots;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The node's calls through the real SDK, against the emulator. */
class EniCallsTest {

    private final Emulator emulator = Emulator.start(EmulatorOptions.instant().withNodes(1));
    private final AwsClients aws = new AwsClients(settings(emulator), RandomGenerator.getDefault());
    private final NodeIdentity node = done(aws.imds().identity());
    private final EniCalls ec2 = aws.ec2(node, InstantSource.system(), IpFamily.IPV4, false, Optional.empty());

    @BeforeEach
    void forgetWhatTheStartCost() {
        emulator.run(core -> core.journal().reset());
    }

    @AfterEach
    void close() {
        ec2.close();
        aws.close();
        emulator.close();
    }

    @Test
    void imdsSaysWhoTheNodeIs() {
        EmulatedNode emulated = emulator.node("node1");

        assertThat(node.instanceId()).isEqualTo(emulated.instanceId());
        assertThat(node.instanceType()).isEqualTo("m5.large");
        assertThat(node.region()).isEqualTo("us-west-2");
        assertThat(node.vpcCidrs()).extracting(Object::toString).containsExactly("10.0.0.0/16");
        assertThat(node.securityGroups()).hasSize(1);
    }

    @Test
    void limitsComeFromEc2() {
        assertThat(done(ec2.limits())).isEqualTo(new InstanceLimits(3, 10, true));
    }

    @Test
    void aFreshNodeHasItsPrimaryInterface() {
        assertThat(done(ec2.attached()).ours()).singleElement().satisfies(eni -> {
            assertThat(eni.isPrimary()).isTrue();
            assertThat(eni.primaryAddress()).isEqualTo(node.primaryAddress());
            assertThat(eni.subnetCidr()).hasToString("10.0.0.0/19");
            assertThat(eni.slots().addresses()).isEmpty();
        });
    }

    @Test
    void fillingReturnsTheNewAddressesOnlyAndCostsOneCall() {
        EniId primary = primary().id();
        emulator.run(core -> core.journal().reset());

        Set<IpAddress> first = done(ec2.fill(primary, ADDRESS, 2)).addresses();
        Set<IpAddress> second = done(ec2.fill(primary, ADDRESS, 3)).addresses();

        assertThat(first).hasSize(2).doesNotContainAnyElementsOf(second);
        assertThat(second).hasSize(3);
        assertThat(calls()).isEqualTo(Map.of("AssignPrivateIpAddresses", 2L));
    }

    @Test
    void aNewInterfaceComesFilledForThreeCalls() {
        primary();
        emulator.run(core -> core.journal().reset());

        Eni eni = done(ec2.create(1, 0, 1, ADDRESS, 9));

        assertThat(eni.deviceIndex()).isEqualTo(1);
        assertThat(eni.slots().addresses()).hasSize(9);
        assertThat(done(ec2.observe(eni.id()))).isEqualTo(eni);
        assertThat(calls()).containsEntry("CreateNetworkInterface", 1L).containsEntry("AttachNetworkInterface", 1L);
    }

    @Test
    void aThrottledAttachmentIsRepeatedAndMakesOneInterface() {
        throttle("AttachNetworkInterface", 2);

        Eni eni = done(ec2.create(1, 0, 1, ADDRESS, 2));

        assertThat(done(ec2.attached()).ours()).hasSize(2).contains(eni);
    }

    @Test
    void aThrottledCreationIsKnownAtOnce() {
        throttle("CreateNetworkInterface", 1);

        assertThat(failure(ec2.create(1, 0, 1, ADDRESS, 2)).failure().kind()).isEqualTo(Kind.THROTTLED);
        assertThat(calls()).containsEntry("CreateNetworkInterface", 1L).doesNotContainKey("AttachNetworkInterface");
    }

    private void throttle(String action, int calls) {
        emulator.run(core ->
                core.faults().inject(new InjectedError(action, "RequestLimitExceeded", "slow down", 503, calls)));
    }

    @Test
    void anInterfaceThatCannotBeAttachedIsDeletedAgain() {
        emulator.run(core -> core.faults()
                .inject(new InjectedError("AttachNetworkInterface", "UnauthorizedOperation", "no", 403, 1)));

        assertThat(failure(ec2.create(1, 0, 1, ADDRESS, 2)).failure().kind()).isEqualTo(Kind.DENIED);
        int left = emulator.ask(core -> core.cloud().world().interfaces().size());
        assertThat(left).isEqualTo(1);
    }

    @Test
    void givingBackWhatIsGoneAlreadyCountsAsDone() {
        EniId primary = primary().id();
        Slots added = done(ec2.fill(primary, ADDRESS, 3));
        IpAddress one = added.addresses().iterator().next();
        done(ec2.giveBack(primary, Slots.ofAddresses(Set.of(one))));

        done(ec2.giveBack(primary, added));

        assertThat(done(ec2.observe(primary)).slots().addresses()).isEmpty();
    }

    @Test
    void prefixesComeGoAndAreSeen() {
        EniId primary = primary().id();

        Slots added = done(ec2.fill(primary, PREFIX, 2));
        Eni created = done(ec2.create(1, 0, 1, PREFIX, 3));

        assertThat(added.prefixes()).hasSize(2).allMatch(prefix -> prefix.length() == 28);
        assertThat(created.slots().prefixes()).hasSize(3);
        assertThat(done(ec2.observe(created.id()))).isEqualTo(created);
        done(ec2.giveBack(primary, added));
        assertThat(done(ec2.observe(primary)).slots()).isEqualTo(Slots.EMPTY);
    }

    @Test
    void aFragmentedSubnetIsTold() {
        String subnet = node.subnet().value();
        emulator.decide((core, now) -> core.cloud().occupy(subnet, new Occupation.OneInEachBlock(), now));

        assertThat(failure(ec2.fill(primary().id(), PREFIX, 1)).failure().kind())
                .isEqualTo(Kind.NO_CONTIGUOUS_PREFIX);
    }

    @Test
    void aDeletedInterfaceIsGoneAndDeletingItAgainIsNoError() {
        Eni eni = done(ec2.create(1, 0, 1, ADDRESS, 2));

        done(ec2.delete(eni.id()));
        done(ec2.delete(eni.id()));

        assertThat(done(ec2.attached()).ours()).hasSize(1);
    }

    @Test
    void aFullSubnetIsTold() {
        String subnet = node.subnet().value();
        emulator.decide((core, now) -> core.cloud().occupy(subnet, new Occupation.AllBut(0), now));

        assertThat(failure(ec2.fill(primary().id(), ADDRESS, 1)).failure().kind())
                .isEqualTo(Kind.SUBNET_EXHAUSTED);
    }

    @ParameterizedTest(name = "{0} means {2}")
    @CsvSource({
        "PrivateIpAddressLimitExceeded, 400, ADDRESS_LIMIT",
        "InsufficientCidrBlocks, 400, NO_CONTIGUOUS_PREFIX",
        "AttachmentLimitExceeded, 400, ENI_LIMIT",
        "RequestLimitExceeded, 503, THROTTLED",
        "UnauthorizedOperation, 403, DENIED",
        "AuthFailure, 401, DENIED",
        "InvalidNetworkInterfaceID.NotFound, 400, NOT_FOUND",
        "InternalError, 500, NO_ANSWER",
        "InvalidParameterValue, 400, REFUSED",
    })
    void errorCodesAreUnderstood(String code, int status, Kind kind) {
        EniId primary = primary().id();
        emulator.run(core ->
                core.faults().inject(new InjectedError("AssignPrivateIpAddresses", code, "words of EC2", status, 1)));

        CloudException failure = failure(ec2.fill(primary, ADDRESS, 1));

        assertThat(failure.failure().kind()).isEqualTo(kind);
        assertThat(failure.failure().code()).isEqualTo(code);
        assertThat(failure.failure().message()).contains("words of EC2");
        assertThat(failure.failure().retryAfter()).isPositive();
    }

    @Test
    void anEndpointThatIsAwayIsNoAnswer() {
        EniId primary = primary().id();
        emulator.close();

        assertThat(failure(ec2.fill(primary, ADDRESS, 1)).failure().kind()).isEqualTo(Kind.NO_ANSWER);
        assertThat(failure(aws.imds().identity()).failure().kind()).isEqualTo(Kind.NO_ANSWER);
    }

    /** Emulations of EC2 are known that take a request for prefixes, assign nothing, and list the interface's addresses. */
    @ParameterizedTest
    @CsvSource({"ADDRESS, REFUSED", "PREFIX, NO_CONTIGUOUS_PREFIX", "IPV6_PREFIX, NO_CONTIGUOUS_PREFIX"})
    void anAnswerWithNothingOfTheKindThatWasAskedForIsARefusal(SlotKind kind, Kind failure) {
        EniId primary = primary().id();
        String other = kind == ADDRESS
                ? "<assignedIpv4PrefixSet><item><ipv4Prefix>10.0.1.0/28</ipv4Prefix></item></assignedIpv4PrefixSet>"
                : "<assignedPrivateIpAddressesSet><item><privateIpAddress>10.0.0.9</privateIpAddress></item>"
                        + "</assignedPrivateIpAddressesSet>";
        try (Listener another = Listener.open(
                        "127.0.0.1", 0, exchange -> answer(exchange, "<Response>" + other + "</Response>"));
                AwsClients clients = new AwsClients(
                        settings(another.endpoint(), emulator.node("node1").imdsEndpoint()),
                        RandomGenerator.getDefault());
                EniCalls calls = clients.ec2(node, InstantSource.system(), IpFamily.IPV4, false, Optional.empty())) {
            CloudFailure refused = failure(calls.fill(primary, kind, 3)).failure();

            assertThat(refused.kind()).isEqualTo(failure);
            assertThat(refused.message()).contains("none of the 3");
        }
    }

    private static void answer(HttpExchange exchange, String xml) throws IOException {
        try (exchange) {
            byte[] bytes = xml.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private Eni primary() {
        return done(ec2.attached()).ours().getFirst();
    }

    private Map<String, Long> calls() {
        return emulator.ask(core -> core.journal().counts()).entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().calls()));
    }

    private static <T> T done(Uni<T> call) {
        return call.await().atMost(Duration.ofMinutes(1));
    }

    private static CloudException failure(Uni<?> call) {
        CloudException[] caught = new CloudException[1];
        assertThatThrownBy(() -> call.await().atMost(Duration.ofMinutes(1)))
                .isInstanceOfSatisfying(CloudException.class, failure -> caught[0] = failure);
        return caught[0];
    }

    private static CloudSettings settings(Emulator emulator) {
        return settings(emulator.ec2Endpoint(), emulator.node("node1").imdsEndpoint());
    }

    private static CloudSettings settings(URI ec2, URI imds) {
        return new CloudSettings(
                Optional.of(ec2.toString()),
                Optional.of(imds.toString()),
                Duration.ofSeconds(10),
                Optional.empty(),
                "",
                Map.of(),
                true,
                true,
                true,
                "test",
                CloudAccess.FULL);
    }
}
