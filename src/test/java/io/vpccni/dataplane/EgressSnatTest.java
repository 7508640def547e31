package io.vpccni.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpFamily;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EgressSnatTest {

    private static final String CHAIN = "CNI-E4-5740307710ebfd5fb24f5";
    private static final String COMMENT = "-m comment --comment \"name: \\\"aws-cni\\\" id: \\\"containerId-123\\\"\"";
    private static final String JUMP = "POSTROUTING -s 169.254.172.2/32 " + COMMENT + " -j " + CHAIN;
    private static final String OTHERS = "-P POSTROUTING ACCEPT\n-A POSTROUTING -j KUBE-POSTROUTING\n";

    private static EgressSnat snat(String random) {
        return new EgressSnat(
                new SnatChain(IpFamily.IPV4, "aws-cni", "containerId-123"),
                IpAddress.parse("169.254.172.2"),
                IpAddress.parse("10.0.0.10"),
                random);
    }

    @ParameterizedTest(name = "{0} {2}")
    @CsvSource({
        "IPV4, aws-cni, containerId-123, CNI-E4-5740307710ebfd5fb24f5",
        "IPV6, aws-cni, containerId-789, CNI-E6-e335b08ae90730d0a659a"
    })
    void theChainHasTheReferencesName(IpFamily family, String network, String container, String name) {
        assertThat(new SnatChain(family, network, container).name()).isEqualTo(name);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"none, ''", "hashrandom, ' --random'", "prng, ' --random-fully'", "'', ' --random-fully'"})
    void oneWriteMakesTheChainAndTheWayThere(String random, String flag) {
        assertThat(snat(random).addition()).isEqualTo("""
                        *nat
                        -N %1$s
                        -A %1$s -d 224.0.0.0/4 %2$s -j ACCEPT
                        -A %1$s %2$s -j SNAT --to-source 10.0.0.10%3$s
                        -A %4$s
                        COMMIT
                        """.formatted(CHAIN, COMMENT, flag, JUMP));
    }

    @Test
    void ofIpv6TheGroupsAndAddressesAreThatFamilys() {
        EgressSnat snat = new EgressSnat(
                new SnatChain(IpFamily.IPV6, "aws-cni", "containerId-789"),
                IpAddress.parse("fd00::ac:2"),
                IpAddress.parse("2001:db8::10"),
                "none");
        assertThat(snat.addition())
                .contains(" -d ff00::/8 ", " --to-source 2001:db8::10\n", "-A POSTROUTING -s fd00::ac:2/128 ");
    }

    @Test
    void anOldChainIsEmptiedAndEveryOldJumpGoes() {
        String old = "POSTROUTING -s 169.254.172.77/32 -j " + CHAIN;
        assertThat(snat("none").replacement(OTHERS + "-A " + old + "\n-A " + JUMP + "\n"))
                .isEqualTo("""
                        *nat
                        :%1$s - [0:0]
                        -D %2$s
                        -D %3$s
                        -A %1$s -d 224.0.0.0/4 %4$s -j ACCEPT
                        -A %1$s %4$s -j SNAT --to-source 10.0.0.10
                        -A %3$s
                        COMMIT
                        """.formatted(CHAIN, old, JUMP, COMMENT));
    }

    @Test
    void oneWriteRemovesItAllAndAnotherWhateverIsLeft() {
        SnatChain chain = snat("none").chain();
        assertThat(chain.removal(IpAddress.parse("169.254.172.2")))
                .isEqualTo("*nat\n-D %1$s\n-F %2$s\n-X %2$s\nCOMMIT\n".formatted(JUMP, CHAIN));
        assertThat(chain.removalOfRest(OTHERS + "-A " + JUMP + "\n"))
                .isEqualTo("*nat\n:%2$s - [0:0]\n-D %1$s\n-X %2$s\nCOMMIT\n".formatted(JUMP, CHAIN));
        assertThat(chain.removalOfRest(OTHERS)).isEqualTo("*nat\n:%1$s - [0:0]\n-X %1$s\nCOMMIT\n".formatted(CHAIN));
    }

    @Test
    void aDifferenceIsNamedOnce() {
        EgressSnat snat = snat("prng");
        String chain =
                "-N %1$s\n-A %1$s -d 224.0.0.0/4 %2$s -j ACCEPT\n-A %1$s %2$s -j SNAT --to-source %3$s --random-fully\n";
        String jump = OTHERS + "-A " + JUMP + "\n";
        assertThat(snat.differences(chain.formatted(CHAIN, COMMENT, "10.0.0.10"), jump))
                .isEmpty();
        assertThat(snat.differences(chain.formatted(CHAIN, COMMENT, "10.0.0.99"), jump))
                .hasSize(1);
        assertThat(snat.differences(chain.formatted(CHAIN, COMMENT, "10.0.0.10"), OTHERS))
                .hasSize(1);
        assertThat(snat.differences("", OTHERS)).hasSize(2);
    }
}
