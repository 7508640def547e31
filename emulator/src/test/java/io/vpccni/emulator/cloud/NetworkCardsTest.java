package io.vpccni.emulator.cloud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Instances with several network cards, and interfaces with an Elastic Fabric Adapter. */
class NetworkCardsTest {
    private static final NodePlan P4D = NodePlan.of("p4d.24xlarge");

    private static void assertCode(ThrowingCallable call, String code) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        CloudError.class, error -> assertThat(error.code()).isEqualTo(code));
    }

    private static void attach(TestCloud cloud, int networkCard, int deviceIndex) {
        cloud.call(
                new Ec2Request.AttachNetworkInterface(cloud.create().id(), cloud.node.id(), deviceIndex, networkCard));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "m5.large, 1, 3, 3, 0",
        "p4d.24xlarge, 4, 15, 60, 4",
        "p5.48xlarge, 32, 2, 64, 32",
        "c6in.32xlarge, 2, 8, 16, 2",
        "c7gn.16xlarge, 1, 15, 15, 1",
        "trn1.32xlarge, 8, 5, 40, 8"
    })
    void typesHaveTheCardsThatEc2Publishes(String name, int cards, int each, int interfaces, int efas) {
        InstanceType type = InstanceTypes.named(name);

        assertThat(type.cards()).hasSize(cards).containsOnly(each);
        assertThat(type.interfaces()).isEqualTo(interfaces);
        assertThat(type.efaInterfaces()).isEqualTo(efas);
    }

    @Test
    void eachCardHasItsOwnDeviceIndexes() {
        TestCloud cloud = TestCloud.of("p5.48xlarge");

        attach(cloud, 31, 0);
        attach(cloud, 1, 1);
        attach(cloud, 1, 0);

        assertThat(cloud.cloud.world().interfacesOf(cloud.node.id()))
                .extracting(NetworkInterface::attachment)
                .extracting(Attachment::networkCard, Attachment::deviceIndex)
                .containsExactly(tuple(0, 0), tuple(1, 0), tuple(1, 1), tuple(31, 0));
        assertThat(cloud.primary().attachment())
                .returns(0, Attachment::networkCard)
                .returns(0, Attachment::deviceIndex);
    }

    @ParameterizedTest(name = "{0}: card {1}, device index {2}")
    @CsvSource({
        "p5.48xlarge, 32, 0, InvalidParameterValue, Instance type p5.48xlarge has 32 network cards.",
        "m5.large, 1, 1, InvalidParameterValue, Instance type m5.large has 1 network card.",
        "p5.48xlarge, -1, 0, InvalidParameterValue, Instance type p5.48xlarge has 32 network cards.",
        "p5.48xlarge, 1, 2, InvalidParameterValue, Network card 1 has device indexes from 0 to 1.",
        "p5.48xlarge, 0, 0, InvalidParameterValue, already has an interface attached at device index '0' of network card",
        "p5.48xlarge, 3, 2, AttachmentLimitExceeded, Interface count 3 exceeds the limit for p5.48xlarge"
    })
    void anInterfaceNeedsAPlace(String type, int card, int deviceIndex, String code, String text) {
        TestCloud cloud = TestCloud.of(type);
        if (type.startsWith("p5")) {
            attach(cloud, 3, 0);
            attach(cloud, 3, 1);
        }

        assertThatThrownBy(() -> attach(cloud, card, deviceIndex))
                .hasMessageContaining(text)
                .isInstanceOfSatisfying(
                        CloudError.class, error -> assertThat(error.code()).isEqualTo(code));
    }

    @Test
    void anInterfaceAtDeviceIndexZeroOfAnotherCardCanGo() {
        TestCloud cloud = TestCloud.of("p4d.24xlarge");
        NetworkInterface eni = cloud.create();
        String attachment = ((Ec2Result.Attached)
                        cloud.call(new Ec2Request.AttachNetworkInterface(eni.id(), cloud.node.id(), 0, 2)))
                .attachmentId();

        cloud.call(new Ec2Request.DetachNetworkInterface(attachment, false));

        assertThat(cloud.now(eni).attachment()).isNull();
    }

    @Test
    void aLaunchTemplateMakesInterfacesOnFurtherCards() {
        TestCloud cloud = TestCloud.of("m5.large");
        NodePlan plan = P4D.withEni(0, 1, "efa-only").withEni(1, 0, "efa").withEni(1, 1, "interface");

        Instance node = cloud.cloud.addNode(plan, cloud.now);

        List<NetworkInterface> enis = cloud.cloud.world().interfacesOf(node.id());
        assertThat(enis)
                .extracting(
                        NetworkInterface::interfaceType, eni -> eni.addresses().size())
                .containsExactly(tuple("interface", 1), tuple("efa-only", 0), tuple("efa", 1), tuple("interface", 1));
        assertThat(enis)
                .allSatisfy(eni -> assertThat(eni.attachment())
                        .returns(true, Attachment::deleteOnTermination)
                        .returns(Attachment.Status.ATTACHED, Attachment::status));
        assertThat(cloud.cloud.drainChanges().stream()
                        .filter(WireChange.EniAttached.class::isInstance)
                        .map(WireChange.EniAttached.class::cast)
                        .filter(change -> change.instanceId().equals(node.id())))
                .as("an efa-only ENI has no link")
                .hasSize(3);
        cloud.cloud.removeNode(node.id(), cloud.now);
        assertThat(cloud.cloud.world().interfaces()).hasSize(1);
    }

    @ParameterizedTest(name = "{1} at card {2}, device index {3} of {0}")
    @CsvSource({
        "m5.large, efa, 0, 1, UnsupportedOperation",
        "m5.large, interface, 1, 1, InvalidParameterValue",
        "p4d.24xlarge, efa, 1, 2, AttachmentLimitExceeded",
        "p4d.24xlarge, interface, 1, 1, InvalidParameterValue",
        "p4d.24xlarge, interface, 0, 0, InvalidParameterValue",
        "p4d.24xlarge, trunk, 2, 1, InvalidParameterValue"
    })
    void aLaunchThatDoesNotFitChangesNothing(String type, String kind, int card, int index, String code) {
        TestCloud cloud = TestCloud.of("m5.large");
        NodePlan plan = type.startsWith("p4d") ? P4D.withEni(1, 1, "efa-only") : NodePlan.of(type);
        World before = cloud.cloud.world();

        assertCode(() -> cloud.cloud.addNode(plan.withEni(card, index, kind), cloud.now), code);
        assertThat(cloud.cloud.world()).isEqualTo(before);
    }

    @Test
    void anEfaIsNotAttachedToARunningInstance() {
        TestCloud cloud = TestCloud.of("p4d.24xlarge");
        Ec2Request.CreateNetworkInterface create = Ec2Request.CreateNetworkInterface.in(cloud.subnet());

        for (String type : List.of("efa", "efa-only")) {
            NetworkInterface eni = cloud.create(create.withInterfaceType(type));
            assertCode(
                    () -> cloud.call(new Ec2Request.AttachNetworkInterface(eni.id(), cloud.node.id(), 1, 1)),
                    "IncorrectInstanceState");
        }
    }

    @Test
    void anEfaOnlyInterfaceHasNoAddresses() {
        TestCloud cloud = TestCloud.of("m5.large");
        int available = cloud.available();
        Ec2Request.CreateNetworkInterface create =
                Ec2Request.CreateNetworkInterface.in(cloud.subnet()).withInterfaceType("efa-only");

        NetworkInterface eni = cloud.create(create);

        assertThat(eni.addresses()).isEmpty();
        assertThat(cloud.available()).isEqualTo(available);
        assertCode(() -> cloud.assign(eni, AddressWish.count(1)), "UnsupportedOperation");
        assertCode(
                () -> cloud.call(new Ec2Request.AssignIpv6Addresses(eni.id(), AddressWish.count(1))),
                "UnsupportedOperation");
        assertCode(() -> cloud.create(create.withPrimaryAddress("10.0.0.9")), "InvalidParameterCombination");
        assertCode(() -> cloud.create(create.withIpv4(AddressWish.count(1))), "InvalidParameterCombination");
        assertCode(() -> cloud.create(create.withInterfaceType("ethernet")), "InvalidParameterValue");
    }
}
