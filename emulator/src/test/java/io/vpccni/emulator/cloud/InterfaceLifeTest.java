package io.vpccni.emulator.cloud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vpccni.emulator.cloud.Ec2Request.AttachNetworkInterface;
import io.vpccni.emulator.cloud.Ec2Request.CreateNetworkInterface;
import io.vpccni.emulator.cloud.Ec2Request.CreateTags;
import io.vpccni.emulator.cloud.Ec2Request.DeleteNetworkInterface;
import io.vpccni.emulator.cloud.Ec2Request.DeleteTags;
import io.vpccni.emulator.cloud.Ec2Request.DetachNetworkInterface;
import io.vpccni.emulator.cloud.Ec2Request.ModifyNetworkInterfaceAttribute;
import io.vpccni.emulator.cloud.Ec2Request.ModifyNetworkInterfaceAttribute.AttachmentFlag;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class InterfaceLifeTest {
    private static final String UNKNOWN = "0123456789abcdef0";

    private static Arguments row(String name, String code, Function<TestCloud, Ec2Request> request) {
        return Arguments.of(name, code, request);
    }

    static Stream<Arguments> refusals() {
        return Stream.of(
                row(
                        "unknown ENI",
                        "InvalidNetworkInterfaceID.NotFound",
                        c -> new DeleteNetworkInterface("eni-" + UNKNOWN)),
                row("malformed ENI", "InvalidNetworkInterfaceID.Malformed", c -> new DeleteNetworkInterface("eni-xyz")),
                row("unknown subnet", "InvalidSubnetID.NotFound", c -> CreateNetworkInterface.in("subnet-" + UNKNOWN)),
                row(
                        "unknown group",
                        "InvalidGroup.NotFound",
                        c -> CreateNetworkInterface.in(c.subnet()).withGroups("sg-" + UNKNOWN)),
                row(
                        "unknown instance",
                        "InvalidInstanceID.NotFound",
                        c -> new AttachNetworkInterface(c.create().id(), "i-" + UNKNOWN, 1, 0)),
                row(
                        "unknown attachment",
                        "InvalidAttachmentID.NotFound",
                        c -> new DetachNetworkInterface("eni-attach-" + UNKNOWN, false)),
                row(
                        "ENI of an instance is deleted",
                        "InvalidParameterValue",
                        c -> new DeleteNetworkInterface(c.primary().id())),
                row(
                        "ENI is attached twice",
                        "InvalidNetworkInterface.InUse",
                        c -> new AttachNetworkInterface(c.primary().id(), c.node.id(), 1, 0)),
                row(
                        "device index is taken",
                        "InvalidParameterValue",
                        c -> new AttachNetworkInterface(c.create().id(), c.node.id(), 0, 0)),
                row(
                        "second network card",
                        "InvalidParameterValue",
                        c -> new AttachNetworkInterface(c.create().id(), c.node.id(), 1, 1)),
                row(
                        "primary ENI is detached",
                        "OperationNotPermitted",
                        c -> new DetachNetworkInterface(
                                Objects.requireNonNull(c.primary().attachment()).id(), false)),
                row(
                        "addresses and prefixes in one call",
                        "InvalidParameterCombination",
                        c -> CreateNetworkInterface.in(c.subnet())
                                .withIpv4(new AddressWish(List.of(), 1, List.of(), 1))),
                row(
                        "names and a number",
                        "InvalidParameterCombination",
                        c -> CreateNetworkInterface.in(c.subnet())
                                .withIpv4(new AddressWish(List.of("10.0.9.9"), 1, List.of(), 0))),
                row(
                        "negative number",
                        "InvalidParameterValue",
                        c -> CreateNetworkInterface.in(c.subnet()).withIpv4(AddressWish.count(-1))),
                row(
                        "nothing to assign",
                        "MissingParameter",
                        c -> new Ec2Request.AssignPrivateIpAddresses(c.primary().id(), AddressWish.NOTHING, false)),
                row(
                        "nothing to modify",
                        "InvalidParameterCombination",
                        c -> new ModifyNetworkInterfaceAttribute(c.primary().id(), null, null, null, null)),
                row(
                        "two attributes",
                        "InvalidParameterCombination",
                        c -> new ModifyNetworkInterfaceAttribute(c.primary().id(), null, null, true, "text")),
                row(
                        "attachment of another ENI",
                        "InvalidAttachmentID.NotFound",
                        c -> new ModifyNetworkInterfaceAttribute(
                                c.create().id(), null, new AttachmentFlag("eni-attach-" + UNKNOWN, true), null, null)),
                row(
                        "tag of AWS",
                        "InvalidParameterValue",
                        c -> new CreateTags(List.of(c.primary().id()), Map.of("aws:x", "y"))),
                row("tags on nothing known", "InvalidID", c -> new CreateTags(List.of("lion-1"), Map.of("a", "b"))),
                row(
                        "unknown filter",
                        "InvalidParameterValue",
                        c -> new Ec2Request.DescribeNetworkInterfaces(Query.where("colour", "red"))),
                row(
                        "page too small",
                        "InvalidParameterValue",
                        c -> new Ec2Request.DescribeNetworkInterfaces(new Query(List.of(), List.of(), 4, null))),
                row(
                        "page and ids",
                        "InvalidParameterCombination",
                        c -> new Ec2Request.DescribeNetworkInterfaces(
                                new Query(List.of(c.primary().id()), List.of(), 5, null))),
                row(
                        "token of nobody",
                        "InvalidPaginationToken",
                        c -> new Ec2Request.DescribeNetworkInterfaces(new Query(List.of(), List.of(), 5, "!"))),
                row(
                        "unknown type",
                        "InvalidInstanceType",
                        c -> new Ec2Request.DescribeInstanceTypes(Query.ids("z9.huge"))));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("refusals")
    void whatEc2RefusesChangesNothing(String name, String code, Function<TestCloud, Ec2Request> request) {
        TestCloud cloud = TestCloud.of("m5.large");
        Ec2Request refused = request.apply(cloud);
        World before = cloud.cloud.world();

        assertThatThrownBy(() -> cloud.call(refused))
                .as(name)
                .isInstanceOfSatisfying(
                        CloudError.class, error -> assertThat(error.code()).isEqualTo(code));
        assertThat(cloud.cloud.world()).isEqualTo(before);
    }

    @Test
    void anEniIsBornFilledAndTagged() {
        TestCloud cloud = TestCloud.of("m5.large");
        String group = cloud.primary().groupIds().getFirst();

        NetworkInterface eni = cloud.create(CreateNetworkInterface.in(cloud.subnet())
                .withDescription("aws-K8S-" + cloud.node.id())
                .withPrimaryAddress("10.0.7.7")
                .withGroups(group)
                .withIpv4(AddressWish.count(9))
                .withTags(Map.of("owner", "test")));

        assertThat(eni.primaryAddress()).isEqualTo(Ipv4.parse("10.0.7.7"));
        assertThat(eni.addresses()).hasSize(10).doesNotHaveDuplicates();
        assertThat(eni.tags()).containsExactly(Map.entry("owner", "test"));
        assertThat(eni.groupIds()).containsExactly(group);
        assertThat(eni.status()).isEqualTo("available");
        assertThat(eni.mac()).matches("02(:[0-9a-f]{2}){5}");
        assertThat(eni.id()).matches("eni-[0-9a-f]{17}");
    }

    @Test
    void theSameClientTokenGivesTheSameEni() {
        TestCloud cloud = TestCloud.of("m5.large");
        CreateNetworkInterface request =
                CreateNetworkInterface.in(cloud.subnet()).withClientToken("token");

        NetworkInterface first = cloud.create(request);
        cloud.attach(first, 1);
        NetworkInterface second = cloud.create(request);

        assertThat(second.id()).isEqualTo(first.id());
        assertThat(second.status()).isEqualTo("in-use");
        assertThatThrownBy(() -> cloud.create(request.withDescription("another")))
                .isInstanceOfSatisfying(
                        CloudError.class, error -> assertThat(error.code()).isEqualTo("IdempotentParameterMismatch"));
    }

    @Test
    void aClientTokenOfARefusedCallIsNotSpent() {
        TestCloud cloud = TestCloud.withSubnet("10.0.0.0/28");
        List<Ipv4> occupied = cloud.occupy(new Occupation.AllBut(0));
        CreateNetworkInterface request =
                CreateNetworkInterface.in(cloud.subnet()).withClientToken("token");
        assertThatThrownBy(() -> cloud.create(request)).isInstanceOf(CloudError.class);

        cloud.cloud.vacate(cloud.subnet(), occupied, cloud.now);

        assertThat(cloud.create(request).status()).isEqualTo("available");
    }

    @Test
    void anAttachmentGoesThroughItsStatesInTime() {
        TestCloud cloud = TestCloud.of("m5.large");
        NetworkInterface eni = cloud.create();
        cloud.cloud.call(
                new AttachNetworkInterface(eni.id(), cloud.node.id(), 1, 0),
                cloud.now,
                Duration.ofSeconds(2),
                Duration.ZERO);
        Attachment attaching = Objects.requireNonNull(cloud.now(eni).attachment());

        assertThat(attaching.status()).isEqualTo(Attachment.Status.ATTACHING);
        assertThatThrownBy(() -> cloud.call(new DetachNetworkInterface(attaching.id(), false)))
                .isInstanceOfSatisfying(
                        CloudError.class, error -> assertThat(error.code()).isEqualTo("IncorrectState"));
        assertThat(cloud.cloud.nextTransition()).contains(cloud.now.plusSeconds(2));
        cloud.pass(Duration.ofMillis(1999));
        cloud.cloud.advance(cloud.now);
        assertThat(status(cloud, eni)).isEqualTo(Attachment.Status.ATTACHING);
        cloud.pass(Duration.ofMillis(1));
        cloud.cloud.advance(cloud.now);
        assertThat(status(cloud, eni)).isEqualTo(Attachment.Status.ATTACHED);

        cloud.cloud.call(
                new DetachNetworkInterface(attaching.id(), false), cloud.now, Duration.ofSeconds(3), Duration.ZERO);
        assertThat(status(cloud, eni)).isEqualTo(Attachment.Status.DETACHING);
        assertThatThrownBy(() -> cloud.call(new DeleteNetworkInterface(eni.id())))
                .hasMessage("Network interface '" + eni.id() + "' is currently in use.");
        cloud.pass(Duration.ofSeconds(3));
        cloud.call(new DeleteNetworkInterface(eni.id()));
        assertThat(cloud.cloud.world().interfaces()).doesNotContainKey(eni.id());
    }

    private static Attachment.Status status(TestCloud cloud, NetworkInterface eni) {
        return Objects.requireNonNull(cloud.now(eni).attachment()).status();
    }

    @Test
    void aDeletedEniGivesItsAddressesBack() {
        TestCloud cloud = TestCloud.of("m5.large");
        int before = cloud.available();
        NetworkInterface eni =
                cloud.create(CreateNetworkInterface.in(cloud.subnet()).withIpv4(AddressWish.prefixCount(3)));
        assertThat(cloud.available()).isEqualTo(before - 1 - 48);

        cloud.call(new DeleteNetworkInterface(eni.id()));

        assertThat(cloud.available()).isEqualTo(before);
    }

    @Test
    void attributesAreModifiedOneByOne() {
        TestCloud cloud = TestCloud.of("m5.large");
        NetworkInterface eni = cloud.create();
        String attachment = cloud.attach(eni, 1);

        cloud.call(
                new ModifyNetworkInterfaceAttribute(eni.id(), null, new AttachmentFlag(attachment, true), null, null));
        cloud.call(new ModifyNetworkInterfaceAttribute(eni.id(), null, null, false, null));
        cloud.call(new ModifyNetworkInterfaceAttribute(eni.id(), null, null, null, "new text"));

        NetworkInterface after = cloud.now(eni);
        assertThat(Objects.requireNonNull(after.attachment()).deleteOnTermination())
                .isTrue();
        assertThat(after.sourceDestCheck()).isFalse();
        assertThat(after.description()).isEqualTo("new text");
        assertThat(after.groupIds()).isEqualTo(eni.groupIds());
    }

    @Test
    void atMostFiveGroupsGoOnAnInterface() {
        String[] names = {"default", "a", "b", "c", "d", "e"};
        Cloud cloud = new Cloud(WorldPlan.usual().withGroups(names), 1);
        Instance node = cloud.addNode("m5.large", TestCloud.START);
        String eni = cloud.world().primaryInterface(node.id()).orElseThrow().id();
        List<String> six = List.copyOf(cloud.world().groups().keySet());

        assertThatThrownBy(() ->
                        cloud.call(new ModifyNetworkInterfaceAttribute(eni, six, null, null, null), TestCloud.START))
                .isInstanceOfSatisfying(
                        CloudError.class,
                        error -> assertThat(error.code()).isEqualTo("SecurityGroupsPerInterfaceLimitExceeded"));
        cloud.call(new ModifyNetworkInterfaceAttribute(eni, six.subList(0, 5), null, null, null), TestCloud.START);
        assertThat(cloud.world().primaryInterface(node.id()).orElseThrow().groupIds())
                .hasSize(5);
    }

    @Test
    void tagsAreWrittenOverAndDeletedByKeyOrByKeyAndValue() {
        TestCloud cloud = TestCloud.of("m5.large");
        List<String> id = List.of(cloud.primary().id());

        cloud.call(new CreateTags(id, Map.of("a", "1", "b", "2", "c", "3")));
        cloud.call(new CreateTags(id, Map.of("a", "9")));
        cloud.call(new DeleteTags(id, Map.of("b", "", "c", "other")));

        assertThat(cloud.primary().tags()).containsOnly(Map.entry("a", "9"), Map.entry("c", "3"));
    }

    @Test
    void aTerminatedInstanceTakesAlongWhatIsMarkedForIt() {
        TestCloud cloud = TestCloud.of("m5.large");
        NetworkInterface kept = cloud.create();
        NetworkInterface gone = cloud.create();
        cloud.attach(kept, 1);
        String attachment = cloud.attach(gone, 2);
        cloud.call(
                new ModifyNetworkInterfaceAttribute(gone.id(), null, new AttachmentFlag(attachment, true), null, null));

        cloud.cloud.removeNode(cloud.node.id(), cloud.now);

        assertThat(cloud.cloud.world().interfaces()).containsOnlyKeys(kept.id());
        assertThat(cloud.now(kept).status()).isEqualTo("available");
        assertThat(cloud.available()).isEqualTo(8187 - 1);
    }

    @Test
    void anOldWorldDoesNotKnowNewEnis() {
        TestCloud cloud = TestCloud.of("m5.large");
        cloud.cloud.keepHistory(Duration.ofSeconds(5), cloud.now);
        cloud.pass(Duration.ofSeconds(10));
        NetworkInterface eni = cloud.create();
        Ec2Request describe = new Ec2Request.DescribeNetworkInterfaces(Query.ids(eni.id()));

        cloud.pass(Duration.ofMillis(4999));
        assertThatThrownBy(() -> cloud.cloud.call(describe, cloud.now, Duration.ZERO, Duration.ofSeconds(5)))
                .hasMessage("The networkInterface ID '" + eni.id() + "' does not exist");
        cloud.pass(Duration.ofMillis(1));
        Ec2Result.Interfaces seen =
                (Ec2Result.Interfaces) cloud.cloud.call(describe, cloud.now, Duration.ZERO, Duration.ofSeconds(5));
        assertThat(seen.interfaces()).containsExactly(eni);
    }

    @Test
    void theWireIsToldInOrder() {
        TestCloud cloud = TestCloud.of("m5.large");
        NetworkInterface eni = cloud.create();
        String attachment = cloud.attach(eni, 1);
        cloud.assign(eni, AddressWish.count(1));
        cloud.call(new CreateTags(List.of(eni.id()), Map.of("no", "news")));
        cloud.call(new DetachNetworkInterface(attachment, false));

        List<WireChange> changes = cloud.cloud.drainChanges();

        assertThat(changes.stream().<Object>map(change -> change.getClass().getSimpleName()))
                .containsExactly("NodeAdded", "EniAttached", "EniAttached", "EniChanged", "EniDetached");
        assertThat(changes.get(3)).isInstanceOfSatisfying(WireChange.EniChanged.class, change -> {
            assertThat(change.node()).isEqualTo("node1");
            assertThat(change.eni().addresses()).hasSize(2);
            assertThat(change.eni().deviceIndex()).isEqualTo(1);
            assertThat(change.eni().subnetCidr()).hasToString("10.0.0.0/19");
        });
        assertThat(cloud.cloud.drainChanges()).isEmpty();
    }
}
