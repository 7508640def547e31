package io.vpccni.client.init;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NetworkDeviceTest {

    private static final String MAC = "02:00:00:00:00:01";

    /** Links as words: h hardware, m member of another, u upper of another, s stolen address, x another MAC address. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            the only one                              | eth0=           | eth0
            hardware and the VLAN on it               | a.100=us eth0=h | eth0
            hardware and the bond it belongs to       | bond0=us eth0=hm | eth0
            hardware, and hardware in a bond          | ens5=h eth0=hm  | ens5
            a veth and the VLAN on it                 | a.100=us eth0=  | eth0
            a veth in a bridge with its address       | br0=u eth0=m    | eth0
            hardware whose address was set by a bond  | bond0=us eth0=hms | eth0
            nobody has it                             | eth0=hx         | none
            only a link on another one                | br0=u           | none
            only a link that took it from another one | bond0=s         | none
            no link at all                            | ''              | none
            """)
    void theFirstInterfaceIsARealDevice(String name, String links, String expected) {
        List<NetworkDevice> devices = Arrays.stream(links.split(" "))
                .filter(word -> !word.isEmpty())
                .map(NetworkDeviceTest::device)
                .toList();

        assertThat(NetworkDevice.primary(devices, MAC).map(NetworkDevice::name).orElse("none"))
                .isEqualTo(expected);
        assertThat(NetworkDevice.primary(devices.reversed(), MAC.toUpperCase(Locale.ROOT))
                        .map(NetworkDevice::name)
                        .orElse("none"))
                .as("whatever the order and the case")
                .isEqualTo(expected);
    }

    private static NetworkDevice device(String word) {
        String name = word.substring(0, word.indexOf('='));
        String flags = word.substring(word.indexOf('=') + 1);
        return new NetworkDevice(
                name,
                flags.contains("x") ? "02:00:00:00:00:02" : MAC,
                flags.contains("h"),
                flags.contains("m"),
                flags.contains("u"),
                flags.contains("s"));
    }
}
