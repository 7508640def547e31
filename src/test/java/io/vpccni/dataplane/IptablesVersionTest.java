package io.vpccni.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IptablesVersionTest {

    @ParameterizedTest(name = "{0}: {1} becomes {2}")
    @CsvSource({
        "iptables v1.6.1, prng, hashrandom",
        "iptables v1.4.21, prng, hashrandom",
        "iptables v1.6.2, prng, prng",
        "iptables v1.8.9 (nf_tables), prng, prng",
        "iptables v2.0.0, prng, prng",
        "iptables v1.10.0, prng, prng",
        "something else, prng, prng",
        "iptables v1.6.1, nonsense, hashrandom",
        "iptables v1.6.1, hashrandom, hashrandom",
        "iptables v1.6.1, none, none",
        "iptables v1.8.9 (legacy), hashrandom, hashrandom",
    })
    void programsThatCannotChoosePortsFullyAtRandomChooseThemByHash(String version, String wanted, String done) {
        assertThat(IptablesVersion.parse(version).randomPorts(wanted)).isEqualTo(done);
    }
}
