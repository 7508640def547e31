package io.vpccni.emulator.cloud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LimitsTest {

    /** Pods as EKS publishes them: interfaces × (addresses − 1) + 2. */
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "t3.micro, 2, 2, 4",
        "t3.small, 3, 4, 11",
        "t3a.small, 2, 4, 8",
        "t4g.medium, 3, 6, 17",
        "t3.large, 3, 12, 35",
        "m5.large, 3, 10, 29",
        "m5.xlarge, 4, 15, 58",
        "m5.4xlarge, 8, 30, 234",
        "m5.24xlarge, 15, 50, 737",
        "m6g.medium, 2, 4, 8",
        "c5.9xlarge, 8, 30, 234",
        "c5.18xlarge, 15, 50, 737",
        "m6a.48xlarge, 15, 50, 737",
        "r7i.metal-48xl, 15, 50, 737",
        "c7g.metal, 15, 50, 737"
    })
    void typesHaveTheLimitsThatEc2Publishes(String name, int interfaces, int addresses, int pods) {
        InstanceType type = InstanceTypes.named(name);

        assertThat(type.interfaces()).isEqualTo(interfaces);
        assertThat(type.addresses()).isEqualTo(addresses);
        assertThat(type.interfaces() * (type.addresses() - 1) + 2).isEqualTo(pods);
    }

    @ParameterizedTest(name = "{0}: {1} more ENIs")
    @CsvSource({"t3.micro, 1", "m5.large, 2", "m5.xlarge, 3", "m5.4xlarge, 7", "m5.24xlarge, 14"})
    void noMoreInterfacesThanTheTypeHas(String type, int more) {
        TestCloud cloud = TestCloud.of(type);
        for (int i = 1; i <= more; i++) {
            cloud.attach(cloud.create(), i);
        }
        NetworkInterface oneMore = cloud.create();

        assertThatThrownBy(() -> cloud.attach(oneMore, more + 1)).isInstanceOfSatisfying(CloudError.class, error -> {
            assertThat(error.code()).isEqualTo("AttachmentLimitExceeded");
            assertThat(error.text()).isEqualTo("Interface count %d exceeds the limit for %s".formatted(more + 2, type));
        });
    }

    @ParameterizedTest(name = "{0}: {1} addresses and {2} prefixes")
    @CsvSource({"t3.micro, 1, 0", "m5.large, 9, 0", "m5.large, 0, 9", "m5.large, 4, 5", "m5.4xlarge, 20, 9"})
    void aPrefixTakesOneSlotAsAnAddressDoes(String type, int addresses, int prefixes) {
        TestCloud cloud = TestCloud.of(type);
        if (addresses > 0) {
            cloud.assign(cloud.primary(), AddressWish.count(addresses));
        }
        if (prefixes > 0) {
            cloud.assign(cloud.primary(), AddressWish.prefixCount(prefixes));
        }

        for (AddressWish wish : new AddressWish[] {AddressWish.count(1), AddressWish.prefixCount(1)}) {
            assertThatThrownBy(() -> cloud.assign(cloud.primary(), wish))
                    .isInstanceOfSatisfying(CloudError.class, error -> {
                        assertThat(error.code()).isEqualTo("PrivateIpAddressLimitExceeded");
                        assertThat(error.text())
                                .isEqualTo(cloud.primary().id() + ": Number of private addresses will exceed limit.");
                    });
        }
    }

    @Test
    void ipv6HasItsOwnSlots() {
        TestCloud cloud = TestCloud.of("t3.micro");
        String id = cloud.primary().id();
        cloud.assign(cloud.primary(), AddressWish.count(1));

        cloud.call(new Ec2Request.AssignIpv6Addresses(id, AddressWish.count(2)));

        assertThatThrownBy(() -> cloud.call(new Ec2Request.AssignIpv6Addresses(id, AddressWish.prefixCount(1))))
                .hasMessageContaining("Number of IPv6 addresses will exceed limit");
    }

    @Test
    void anInterfaceWithTooManyAddressesDoesNotFitASmallInstance() {
        TestCloud cloud = TestCloud.of("t3.micro");
        NetworkInterface eni = cloud.create(
                Ec2Request.CreateNetworkInterface.in(cloud.subnet()).withIpv4(AddressWish.count(5)));

        assertThatThrownBy(() -> cloud.attach(eni, 1))
                .isInstanceOfSatisfying(
                        CloudError.class, error -> assertThat(error.code()).isEqualTo("PrivateIpAddressLimitExceeded"));
    }

    @Test
    void theAccountHasAQuotaOfInterfaces() {
        TestCloud cloud = TestCloud.of("m5.large");
        cloud.cloud.setLimits(AccountLimits.USUAL.withInterfaces(2));
        cloud.create();

        assertThatThrownBy(cloud::create)
                .isInstanceOfSatisfying(
                        CloudError.class, error -> assertThat(error.code()).isEqualTo("NetworkInterfaceLimitExceeded"));
    }
}
