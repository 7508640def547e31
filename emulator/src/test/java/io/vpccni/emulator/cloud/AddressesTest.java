package io.vpccni.emulator.cloud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressesTest {

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "all zero, 0:0:0:0:0:0:0:0, ::",
        "loopback, 0:0:0:0:0:0:0:1, ::1",
        "zeros at the end, 2600:1f14:e00:7c00:0:0:0:0, 2600:1f14:e00:7c00::",
        "first of two equal runs, 2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "longest run, 2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
        "one zero group stays, 2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "no zeros, 1:2:3:4:5:6:7:8, 1:2:3:4:5:6:7:8"
    })
    void ipv6IsWrittenAsRfc5952Asks(String name, String text, String written) {
        assertThat(Ipv6.parse(text)).as(name).hasToString(written);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"short, 10.0.0", "name, localhost", "IPv6, ::1", "too large, 10.0.0.256", "empty, ''"})
    void whatIsNoIpv4AddressIsRefused(String name, String text) {
        assertThatThrownBy(() -> Ipv4.parse(text))
                .as(name)
                .isInstanceOfSatisfying(
                        CloudError.class, error -> assertThat(error.code()).isEqualTo("InvalidParameterValue"));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"host bits, 10.0.0.1/28", "too long, 10.0.0.0/33", "no length, 10.0.0.0", "no number, 10.0.0.0/x"})
    void whatIsNoRangeIsRefused(String name, String text) {
        assertThatThrownBy(() -> Ipv4Cidr.parse(text)).as(name).isInstanceOf(CloudError.class);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "a /28 has 11 addresses for use and one node, 10.0.0.0/28, 10",
        "a /24, 10.0.1.0/24, 250",
        "a /19, 10.0.32.0/19, 8186"
    })
    void availableCountLeavesOutTheFiveReserved(String name, String cidr, int available) {
        assertThat(TestCloud.withSubnet(cidr).available()).as(name).isEqualTo(available);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "network address, 10.0.0.0, InvalidParameterValue, reserved",
        "router, 10.0.0.1, InvalidParameterValue, reserved",
        "resolver, 10.0.0.2, InvalidParameterValue, reserved",
        "kept for later, 10.0.0.3, InvalidParameterValue, reserved",
        "broadcast, 10.0.0.255, InvalidParameterValue, reserved",
        "outside, 10.0.1.4, InvalidParameterValue, does not fall within",
        "no address, ten, InvalidParameterValue, Invalid IPv4 address"
    })
    void namedAddressesThatNobodyCanHave(String name, String address, String code, String wording) {
        TestCloud cloud = TestCloud.withSubnet("10.0.0.0/24");
        int before = cloud.available();

        assertThatThrownBy(() -> cloud.assign(cloud.primary(), AddressWish.addresses(address)))
                .as(name)
                .isInstanceOfSatisfying(CloudError.class, error -> {
                    assertThat(error.code()).isEqualTo(code);
                    assertThat(error.text()).contains(wording);
                });
        assertThat(cloud.available()).isEqualTo(before);
    }

    @Test
    void theFirstAddressAfterTheReservedOnesIsForUse() {
        TestCloud cloud = TestCloud.withSubnet("10.0.0.0/24");
        cloud.occupy(new Occupation.AllBut(250));

        Ec2Result.AssignedIpv4 assigned = cloud.assign(cloud.primary(), AddressWish.addresses("10.0.0.4"));

        assertThat(assigned.addresses()).containsExactly(Ipv4.parse("10.0.0.4"));
    }

    @Test
    void allAddressesOfASubnetAreHandedOutOnce() {
        TestCloud cloud = TestCloud.withSubnet("10.0.0.0/24");
        List<Ipv4> all = IntStream.range(0, 250)
                .mapToObj(i -> cloud.create().primaryAddress())
                .toList();

        assertThat(all).doesNotHaveDuplicates().hasSize(250);
        assertThat(cloud.available()).isZero();
        assertThatThrownBy(cloud::create)
                .isInstanceOfSatisfying(
                        CloudError.class,
                        error -> assertThat(error.code()).isEqualTo("InsufficientFreeAddressesInSubnet"));
    }

    @Test
    void aPrefixIsAnAlignedBlockOfSixteen() {
        TestCloud cloud = TestCloud.of("m5.large");

        Ec2Result.AssignedIpv4 assigned = cloud.assign(cloud.primary(), AddressWish.prefixCount(4));

        assertThat(assigned.addresses()).isEmpty();
        assertThat(assigned.prefixes()).hasSize(4).doesNotHaveDuplicates().allSatisfy(prefix -> {
            assertThat(prefix.length()).isEqualTo(28);
            assertThat(prefix.base().bits() & 15).isZero();
        });
        assertThat(cloud.available()).isEqualTo(8187 - 1 - 64);
    }

    @Test
    void theFirstAndLastBlockHoldReservedAddressesAndAreNoPrefixes() {
        TestCloud cloud = TestCloud.withSubnet("10.0.0.0/26");

        for (String block : List.of("10.0.0.0/28", "10.0.0.48/28")) {
            assertThatThrownBy(() -> cloud.assign(cloud.primary(), AddressWish.prefixes(block)))
                    .as(block)
                    .isInstanceOf(CloudError.class);
        }
    }

    @Test
    void aFragmentedSubnetHasAddressesAndNoPrefix() {
        TestCloud cloud = TestCloud.withSubnet("10.0.0.0/24");

        List<Ipv4> occupied = cloud.occupy(new Occupation.OneInEachBlock());

        assertThatThrownBy(() -> cloud.assign(cloud.primary(), AddressWish.prefixCount(1)))
                .isInstanceOfSatisfying(
                        CloudError.class, error -> assertThat(error.code()).isEqualTo("InsufficientCidrBlocks"));
        assertThat(cloud.available()).isGreaterThan(200);
        assertThat(cloud.assign(cloud.primary(), AddressWish.count(5)).addresses())
                .hasSize(5);
        cloud.cloud.vacate(cloud.subnet(), occupied, cloud.now);
        NetworkInterface fresh = cloud.create(
                Ec2Request.CreateNetworkInterface.in(cloud.subnet()).withIpv4(AddressWish.prefixCount(2)));
        assertThat(fresh.prefixes()).hasSize(2);
    }

    @Test
    void aCallThatCannotBeCarriedOutInFullChangesNothing() {
        TestCloud cloud = TestCloud.withSubnet("10.0.0.0/24");
        cloud.occupy(new Occupation.AllBut(3));
        World before = cloud.cloud.world();

        assertThatThrownBy(() -> cloud.assign(cloud.primary(), AddressWish.count(4)))
                .isInstanceOf(CloudError.class);

        assertThat(cloud.cloud.world()).isEqualTo(before);
        assertThat(cloud.assign(cloud.primary(), AddressWish.count(3)).addresses())
                .hasSize(3);
    }

    @Test
    void anAddressInUseIsRefusedAndReassignedOnlyWhenAllowed() {
        TestCloud cloud = TestCloud.of("m5.large");
        NetworkInterface owner = cloud.create(
                Ec2Request.CreateNetworkInterface.in(cloud.subnet()).withIpv4(AddressWish.addresses("10.0.9.9")));
        AddressWish wish = AddressWish.addresses("10.0.9.9");

        assertThatThrownBy(() -> cloud.assign(cloud.primary(), wish))
                .isInstanceOfSatisfying(
                        CloudError.class, error -> assertThat(error.code()).isEqualTo("InvalidIPAddress.InUse"));
        cloud.call(new Ec2Request.AssignPrivateIpAddresses(cloud.primary().id(), wish, true));

        assertThat(cloud.now(owner).addresses()).containsExactly(owner.primaryAddress());
        assertThat(cloud.primary().addresses()).contains(Ipv4.parse("10.0.9.9"));
    }

    @Test
    void aPrimaryAddressIsNeverReassigned() {
        TestCloud cloud = TestCloud.of("m5.large");
        NetworkInterface owner = cloud.create();
        AddressWish wish = AddressWish.addresses(owner.primaryAddress().toString());

        assertThatThrownBy(() -> cloud.call(
                        new Ec2Request.AssignPrivateIpAddresses(cloud.primary().id(), wish, true)))
                .isInstanceOfSatisfying(
                        CloudError.class, error -> assertThat(error.code()).isEqualTo("InvalidIPAddress.InUse"));
    }

    @Test
    void theAnswerListsOnlyWhatIsNew() {
        TestCloud cloud = TestCloud.of("m5.large");
        List<Ipv4> first = cloud.assign(cloud.primary(), AddressWish.count(2)).addresses();

        Ec2Result.AssignedIpv4 second = cloud.assign(
                cloud.primary(), AddressWish.addresses(first.getFirst().toString(), "10.0.9.9"));

        assertThat(second.addresses()).containsExactly(Ipv4.parse("10.0.9.9"));
        assertThat(cloud.primary().addresses()).hasSize(4);
    }

    @Test
    void unassignedAddressesAndPrefixesAreFreeAgain() {
        TestCloud cloud = TestCloud.of("m5.large");
        int before = cloud.available();
        List<Ipv4> addresses =
                cloud.assign(cloud.primary(), AddressWish.count(3)).addresses();
        List<Ipv4Cidr> prefixes =
                cloud.assign(cloud.primary(), AddressWish.prefixCount(2)).prefixes();

        cloud.call(new Ec2Request.UnassignPrivateIpAddresses(cloud.primary().id(), texts(addresses), texts(prefixes)));

        assertThat(cloud.available()).isEqualTo(before);
        assertThat(cloud.primary().addresses()).hasSize(1);
        assertThat(cloud.primary().prefixes()).isEmpty();
    }

    @Test
    void thePrimaryAddressAndForeignAddressesCannotBeUnassigned() {
        TestCloud cloud = TestCloud.of("m5.large");
        NetworkInterface eni = cloud.primary();

        assertThatThrownBy(() -> cloud.call(new Ec2Request.UnassignPrivateIpAddresses(
                        eni.id(), List.of(eni.primaryAddress().toString()), List.of())))
                .hasMessageContaining("The primary IP address of an interface cannot be unassigned");
        assertThatThrownBy(() ->
                        cloud.call(new Ec2Request.UnassignPrivateIpAddresses(eni.id(), List.of("10.0.9.9"), List.of())))
                .hasMessage("Some of the specified addresses are not assigned to interface " + eni.id());
    }

    @Test
    void ipv6AddressesAndPrefixesDoNotOverlap() {
        TestCloud cloud = TestCloud.of("m5.large");
        String id = cloud.primary().id();
        Ec2Result.AssignedIpv6 assigned =
                (Ec2Result.AssignedIpv6) cloud.call(new Ec2Request.AssignIpv6Addresses(id, AddressWish.prefixCount(1)));
        Ipv6Cidr prefix = assigned.prefixes().getFirst();

        assertThat(prefix.length()).isEqualTo(80);
        assertThat(Objects.requireNonNull(
                                cloud.cloud.world().subnetOf(cloud.primary()).ipv6Cidr())
                        .contains(prefix.base()))
                .isTrue();
        AddressWish within = AddressWish.addresses(prefix.base().toString());
        assertThatThrownBy(() -> cloud.call(new Ec2Request.AssignIpv6Addresses(id, within)))
                .isInstanceOfSatisfying(
                        CloudError.class, error -> assertThat(error.code()).isEqualTo("InvalidIPAddress.InUse"));
        cloud.call(new Ec2Request.UnassignIpv6Addresses(id, List.of(), List.of(prefix.toString())));
        cloud.call(new Ec2Request.AssignIpv6Addresses(id, within));
        assertThat(cloud.primary().ipv6Addresses()).containsExactly(prefix.base());
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"2600:1f14:e00:7c00::", "2600:1f14:e00:7c00::3", "2600:1f14:e00:7c00:ffff:ffff:ffff:ffff"})
    void theFirstFourIpv6AddressesAndTheLastAreReserved(String address) {
        TestCloud cloud = TestCloud.of("m5.large");
        String id = cloud.primary().id();

        assertThatThrownBy(() -> cloud.call(new Ec2Request.AssignIpv6Addresses(id, AddressWish.addresses(address))))
                .hasMessage("Address " + address + " is in subnet's reserved address range");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "2600:1f14:e00:7c00::/80, InvalidParameterValue",
        "2600:1f14:e00:7c00:ffff::/80, InvalidParameterValue",
        "2600:1f14:e00:7c00:9::/79, InvalidParameterValue",
        "2600:1f14:e00:7c01:9::/80, InvalidParameterValue",
        "2600:1f14:e00:7c00:8::/80, InvalidIPAddress.InUse"
    })
    void anIpv6PrefixIsOneFreeBlockOfTheSubnet(String prefix, String code) {
        TestCloud cloud = TestCloud.of("m5.large");
        cloud.create(Ec2Request.CreateNetworkInterface.in(cloud.subnet())
                .withIpv6(AddressWish.prefixes("2600:1f14:e00:7c00:8::/80")));
        String id = cloud.primary().id();

        assertThatThrownBy(() -> cloud.call(new Ec2Request.AssignIpv6Addresses(id, AddressWish.prefixes(prefix))))
                .isInstanceOfSatisfying(
                        CloudError.class, error -> assertThat(error.code()).isEqualTo(code));
        assertThat(cloud.primary().ipv6Prefixes()).isEmpty();
    }

    @Test
    void aSubnetWithoutIpv6HasNoIpv6Addresses() {
        TestCloud cloud = TestCloud.withSubnet("10.0.0.0/24");

        assertThatThrownBy(() -> cloud.call(
                        new Ec2Request.AssignIpv6Addresses(cloud.primary().id(), AddressWish.count(1))))
                .hasMessageContaining("has no IPv6 CIDR block");
    }

    private static List<String> texts(List<?> values) {
        return values.stream().map(Object::toString).toList();
    }
}
