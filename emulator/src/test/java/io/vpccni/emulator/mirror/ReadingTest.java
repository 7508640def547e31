package io.vpccni.emulator.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.emulator.cloud.Attachment;
import io.vpccni.emulator.cloud.Ipv4;
import io.vpccni.emulator.cloud.SecurityGroup;
import io.vpccni.emulator.cloud.World;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.ec2.model.GroupIdentifier;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.NetworkInterface;
import software.amazon.awssdk.services.ec2.model.NetworkInterfaceAttachment;
import software.amazon.awssdk.services.ec2.model.NetworkInterfacePrivateIpAddress;
import software.amazon.awssdk.services.ec2.model.Subnet;
import software.amazon.awssdk.services.ec2.model.Vpc;

class ReadingTest {
    private static final String NODE = "i-00000000000000001";
    private static final String GROUP = "sg-00000000000000001";
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    @Test
    void anInterfaceIsReadWithItsOwnAddressFirst() {
        NetworkInterface found = eni("eni-1", 0, "10.0.0.9").toBuilder()
                .privateIpAddresses(address("10.0.1.1", false), address("10.0.0.9", true), address("10.0.1.2", false))
                .build();

        var eni = read(found);

        assertThat(eni.addresses()).extracting(Ipv4::toString).containsExactly("10.0.0.9", "10.0.1.1", "10.0.1.2");
        assertThat(eni.mac()).isEqualTo("02:00:00:00:00:01");
        assertThat(eni.attachment()).isNotNull();
    }

    @Test
    void groupsKeepNothingOut() {
        assertThat(facts().groups().values()).singleElement().matches(SecurityGroup::isOpen);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            on the way      | attaching | ATTACHING
            there           | attached  | ATTACHED
            about to leave  | detaching | DETACHING
            gone            | detached  | -
            something else  | busy      | -
            """)
    void anAttachmentIsReadByItsStatus(String name, String status, Attachment.Status expected) {
        NetworkInterface found = eni("eni-1", 0, "10.0.0.9").toBuilder()
                .attachment(attachment(0).toBuilder().status(status).build())
                .build();

        Attachment attachment = read(found).attachment();

        assertThat(attachment == null ? null : attachment.status()).isEqualTo(expected);
    }

    @Test
    void anInterfaceOfAnInstanceThatIsNoNodeIsOnNone() {
        NetworkInterface found = eni("eni-2", 0, "10.0.0.9").toBuilder()
                .attachment(attachment(0).toBuilder().instanceId("i-2").build())
                .build();

        assertThat(read(found).attachment()).isNull();
    }

    @Test
    void ofTwoInterfacesAtOnePlaceTheOlderAttachmentHasTheLink() {
        NetworkInterface later = eni("eni-1", 1, "10.0.0.9").toBuilder()
                .attachment(attachment(1).toBuilder()
                        .attachTime(START.plusSeconds(1))
                        .build())
                .build();

        Reading reading = Reading.of(facts(), List.of(later, eni("eni-2", 1, "10.0.0.10")));

        assertThat(reading.world().interfacesOf(NODE))
                .extracting(io.vpccni.emulator.cloud.NetworkInterface::id)
                .containsExactly("eni-2");
        assertThat(reading.oddities())
                .containsExactly("eni-2 and eni-1 are both attached at device index 1 of " + NODE
                        + ": the second gets no link.");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            twice          | 10.0.0.9     | is assigned to eni-1 and to eni-2: only one of them gets its packets.
            the network    | 10.0.0.0     | is one that EC2 keeps for itself: a pod with it has no network.
            the gateway    | 10.0.0.1     | is one that EC2 keeps for itself: a pod with it has no network.
            the broadcast  | 10.0.255.255 | is one that EC2 keeps for itself: a pod with it has no network.
            the first free | 10.0.0.4     | -
            """)
    void addressesThatEc2WouldNotAssignAreNamed(String name, String address, String words) {
        Reading reading = Reading.of(facts(), List.of(eni("eni-1", 0, "10.0.0.9"), eni("eni-2", 1, address)));

        if (words == null) {
            assertThat(reading.oddities()).isEmpty();
        } else {
            assertThat(reading.oddities())
                    .singleElement()
                    .asString()
                    .startsWith(address)
                    .endsWith(words);
        }
    }

    @Test
    void aNodeWithoutItsFirstInterfaceIsLost() {
        assertThat(Reading.of(facts(), List.of(eni("eni-1", 0, "10.0.0.9"))).lostNode())
                .isEmpty();
        assertThat(Reading.of(facts(), List.of(eni("eni-1", 1, "10.0.0.9"))).lostNode())
                .contains("node1");
    }

    @Test
    void whatIsInAnotherSubnetOrGroupAsksForTheFactsAgain() {
        NetworkInterface known = eni("eni-1", 0, "10.0.0.9");

        assertThat(Reading.isBeyond(facts(), List.of(known))).isFalse();
        assertThat(Reading.isBeyond(
                        facts(), List.of(known.toBuilder().subnetId("subnet-2").build())))
                .isTrue();
        assertThat(Reading.isBeyond(
                        facts(),
                        List.of(known.toBuilder()
                                .groups(group("sg-00000000000000002"))
                                .build())))
                .isTrue();
    }

    private static io.vpccni.emulator.cloud.NetworkInterface read(NetworkInterface found) {
        return Objects.requireNonNull(
                Reading.of(facts(), List.of(found)).world().interfaces().get(found.networkInterfaceId()));
    }

    private static World facts() {
        Provision found = new Provision(
                Vpc.builder()
                        .vpcId("vpc-1")
                        .cidrBlock("10.0.0.0/16")
                        .ownerId("123456789012")
                        .build(),
                List.of(Subnet.builder()
                        .subnetId("subnet-1")
                        .availabilityZone("us-west-2a")
                        .cidrBlock("10.0.0.0/16")
                        .build()),
                List.of(software.amazon.awssdk.services.ec2.model.SecurityGroup.builder()
                        .groupId(GROUP)
                        .groupName("default")
                        .description("default VPC security group")
                        .build()),
                Map.of(
                        "node1",
                        Instance.builder()
                                .instanceId(NODE)
                                .instanceType("m5.large")
                                .imageId("ami-1")
                                .subnetId("subnet-1")
                                .placement(placement -> placement.availabilityZone("us-west-2a"))
                                .launchTime(START)
                                .build()));
        return Reading.facts("us-west-2", found);
    }

    private static NetworkInterface eni(String id, int deviceIndex, String... addresses) {
        return NetworkInterface.builder()
                .networkInterfaceId(id)
                .subnetId("subnet-1")
                .vpcId("vpc-1")
                .availabilityZone("us-west-2a")
                .macAddress("02:00:00:00:00:01")
                .groups(group(GROUP))
                .privateIpAddress(addresses[0])
                .privateIpAddresses(Arrays.stream(addresses)
                        .map(text -> address(text, text.equals(addresses[0])))
                        .toList())
                .attachment(attachment(deviceIndex))
                .build();
    }

    private static NetworkInterfaceAttachment attachment(int deviceIndex) {
        return NetworkInterfaceAttachment.builder()
                .attachmentId("eni-attach-" + deviceIndex)
                .instanceId(NODE)
                .deviceIndex(deviceIndex)
                .status("attached")
                .attachTime(START)
                .build();
    }

    private static NetworkInterfacePrivateIpAddress address(String text, boolean primary) {
        return NetworkInterfacePrivateIpAddress.builder()
                .privateIpAddress(text)
                .primary(primary)
                .build();
    }

    private static GroupIdentifier group(String id) {
        return GroupIdentifier.builder().groupId(id).groupName(id).build();
    }
}
