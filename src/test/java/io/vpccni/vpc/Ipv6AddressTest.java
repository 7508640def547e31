package io.vpccni.vpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Ipv6AddressTest {

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource({
        "2001:DB8:0:0:0:0:0:1, 2001:db8::1",
        "::, ::",
        "::1, ::1",
        "fe80:ec2::1, fe80:ec2::1",
        "2600:1f13:aa:bb01:5:0:0:7, 2600:1f13:aa:bb01:5::7",
        "2001:db8:0:1:0:0:0:1, 2001:db8:0:1::1",
        "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
        "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "1:2:3:4:5:6:7:0, 1:2:3:4:5:6:7:0",
        "1:0:3:4:5:6:7:8, 1:0:3:4:5:6:7:8",
        "2001:db8::ffff:0, 2001:db8::ffff:0"
    })
    void theTextIsTheCanonicalOne(String read, String written) {
        assertThat(Ipv6Address.parse(read)).hasToString(written);
        assertThat(Ipv6Address.parse(written)).isEqualTo(Ipv6Address.parse(read));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "10.0.0.1",
                "::g",
                "1:2:3",
                "fe80::1%eth0",
                "[::1]",
                "::ffff:10.0.0.1",
                "1::2::3",
                "localhost:"
            })
    void anythingElseIsRefused(String text) {
        assertThatThrownBy(() -> Ipv6Address.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"" + text + "\"");
    }

    @Test
    void addressesFollowEachOther() {
        assertThat(Ipv6Address.parse("2001:db8::ffff:ffff").plus(1)).hasToString("2001:db8::1:0:0");
        assertThat(new Ipv6Address(1, -1L).plus(1)).isEqualTo(new Ipv6Address(2, 0));
        assertThat(Stream.of("ffff::", "10.0.0.1", "::1", "9.0.0.1", "::")
                        .map(IpAddress::parse)
                        .sorted())
                .extracting(Object::toString)
                .containsExactly("9.0.0.1", "10.0.0.1", "::", "::1", "ffff::");
    }

    @Test
    void aNetworkKnowsItsAddresses() {
        Ipv6Cidr prefix = Ipv6Cidr.parse("2001:db8:0:1:5::/80");

        assertThat(prefix.contains(IpAddress.parse("2001:db8:0:1:5::7"))).isTrue();
        assertThat(prefix.contains(IpAddress.parse("2001:db8:0:1:5:ffff:ffff:ffff")))
                .isTrue();
        assertThat(prefix.contains(IpAddress.parse("2001:db8:0:1:6::"))).isFalse();
        assertThat(prefix.contains(IpAddress.parse("10.0.0.1"))).isFalse();
        assertThat(IpCidr.delegatedPrefixOf(IpAddress.parse("2001:db8:0:1:5::7")))
                .isEqualTo(prefix);
        assertThat(IpAddress.parse("::1").alone()).hasToString("::1/128");
        assertThatThrownBy(() -> Ipv6Cidr.parse("2001:db8::1/64")).hasMessageContaining("bits set behind its prefix");
    }

    @Test
    void theMaskIsTheOneThatIntrospectionShows() {
        String mask = java.util.Base64.getEncoder()
                .encodeToString(Ipv6Cidr.parse("2001:db8:0:1:5::/80").maskBytes());

        assertThat(mask).isEqualTo("/////////////wAAAAAAAA==");
    }
}
