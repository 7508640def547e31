package io.vpccni.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PrefixTest {
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "10.1.2.3, 10.1.2.3/32, 10.1.2.3/32",
        "10.1.2.3/24, 10.1.2.3/24, 10.1.2.0/24",
        "10.1.255.3/17, 10.1.255.3/17, 10.1.128.0/17",
        "10.1.2.3/0, 10.1.2.3/0, 0.0.0.0/0",
        "fd00::1, fd00:0:0:0:0:0:0:1/128, fd00:0:0:0:0:0:0:1/128",
        "fd00:1:2:3::9/60, fd00:1:2:3:0:0:0:9/60, fd00:1:2:0:0:0:0:0/60",
    })
    void readsPrintsAndMasks(String text, String printed, String network) {
        assertThat(Prefix.of(text)).hasToString(printed);
        assertThat(Prefix.of(text).network()).hasToString(network);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.1/33",
                "10.0.0.1/-1",
                "::/129",
                "localhost",
                "localhost/8",
                "10.0.0.1/",
                "",
                "10.0.0",
                "fe80::1%lo"
            })
    void rejects(String text) {
        assertThatThrownBy(() -> Prefix.of(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void macAddressesAreReadInEitherCase() {
        var mac = MacAddress.of("02:AB:cd:00:00:ff");
        assertThat(mac).hasToString("02:ab:cd:00:00:ff");
        assertThat(MacAddress.of(mac.bytes())).isEqualTo(mac);
        assertThatThrownBy(() -> MacAddress.of("02:00")).isInstanceOf(IllegalArgumentException.class);
    }
}
