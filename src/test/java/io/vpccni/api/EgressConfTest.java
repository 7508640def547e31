package io.vpccni.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vpccni.vpc.IpFamily;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class EgressConfTest {

    private static final String SHIPPED = """
            {"cniVersion":"0.4.0","name":"aws-cni","type":"egress-cni","mtu":"9001","enabled":"true",
             "randomizeSNAT":"prng","nodeIP":"10.0.0.10",
             "ipam":{"type":"host-local","ranges":[[{"subnet":"169.254.172.0/22"}]],
              "routes":[{"dst":"0.0.0.0/0"}],"dataDir":"/run/cni/v6pd/egress-v4-ipam"},
             "pluginLogFile":"/var/log/x.log","pluginLogLevel":"Debug","prevResult":{"cniVersion":"0.4.0"}}""";

    private static final String NO_IPV6 =
            "global unicast IPv6 not found in host primary interface which is mandatory to support IPv6 egress";

    /** What is wrong with the shipped configuration, which part of it is asked for, and the error. */
    enum Wrong {
        NO_JSON("{\"cniVersion\"", "[\"cniVersion\"", _ -> {}, 999, "failed to parse config: "),
        NUMBER_FOR_MTU("\"9001\"", "9001", _ -> {}, 999, "failed to parse config: mtu is not a string"),
        FLAG_FOR_ENABLED("\"enabled\":\"true\"", "\"enabled\":true", _ -> {}, 999, "failed to parse config: enabled"),
        RESULT_THAT_IS_NONE(
                "{\"cniVersion\":\"0.4.0\"}}",
                "[]}",
                _ -> {},
                999,
                "failed to parse config: could not parse prevResult"),
        UNKNOWN_VERSION("\"0.4.0\",\"name\"", "\"9.0.0\",\"name\"", _ -> {}, 1, "incompatible CNI versions"),
        NO_NAME("\"aws-cni\"", "\"\"", _ -> {}, 7, "missing network name"),
        NAME_WITH_A_PATH("\"aws-cni\"", "\"../etc\"", _ -> {}, 7, "invalid characters in network name"),
        NO_RESULT(
                ",\"prevResult\":{\"cniVersion\":\"0.4.0\"}",
                "",
                EgressConf::requirePrevious,
                999,
                "must be called as a chained plugin"),
        TEXT_FOR_MTU("\"9001\"", "\"large\"", EgressConf::requireMtu, 999, "failed to parse MTU: \"large\""),
        EMPTY_MTU("\"9001\"", "\"\"", EgressConf::requireMtu, 999, "failed to parse MTU: \"\""),
        NO_ADDRESS("10.0.0.10", "", EgressConf::requireNodeIp, 999, NO_IPV6),
        LINK_LOCAL("10.0.0.10", "fe80::1", EgressConf::requireNodeIp, 999, NO_IPV6),
        LOOPBACK("10.0.0.10", "::1", EgressConf::requireNodeIp, 999, NO_IPV6),
        MULTICAST("10.0.0.10", "ff02::1", EgressConf::requireNodeIp, 999, NO_IPV6),
        NO_ADDRESS_AT_ALL("10.0.0.10", "node", EgressConf::requireNodeIp, 999, NO_IPV6),
        OTHER_DELEGATE(
                "\"host-local\"", "\"dhcp\"", EgressConf::requireDelegate, 999, "failed to parse config: ipam.type"),
        RELATIVE_FOLDER("/run/cni/", "run/cni/", EgressConf::dataDir, 999, "failed to parse config: ipam.dataDir");

        private final String from;
        private final String to;
        private final Consumer<EgressConf> asked;
        private final int code;
        private final String message;

        Wrong(String from, String to, Consumer<EgressConf> asked, int code, String message) {
            this.from = from;
            this.to = to;
            this.asked = asked;
            this.code = code;
            this.message = message;
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsWrongIsSaid(Wrong wrong) {
        String text = SHIPPED.replace(wrong.from, wrong.to);
        assertThat(text).isNotEqualTo(SHIPPED);
        assertThatThrownBy(() -> wrong.asked.accept(parse(text)))
                .isInstanceOfSatisfying(
                        CniError.class, error -> assertThat(error.code()).isEqualTo(wrong.code))
                .hasMessageStartingWith(wrong.message);
    }

    @Test
    void theShippedConfigurationIsRead() {
        EgressConf conf = parse(SHIPPED);
        assertThat(conf.enabled()).isTrue();
        assertThat(conf.requireMtu()).isEqualTo(9001);
        assertThat(conf.randomPorts()).isEqualTo("prng");
        assertThat(conf.requireNodeIp()).hasToString("10.0.0.10");
        assertThat(conf.dataDir()).isEqualTo(Path.of("/run/cni/v6pd/egress-v4-ipam"));
        assertThat(conf.namesState()).isTrue();
        conf.requireDelegate();
    }

    @ParameterizedTest(name = "enabled \"{0}\", nodeIP \"{1}\"")
    @CsvSource({
        "true, 10.0.0.10, true, IPV4",
        "True, 10.0.0.10, false, IPV4",
        "1, 2001:db8::1, false, IPV6",
        "true, fd00::1, true, IPV6",
        "'', '', false, IPV6"
    })
    void onlyTheWordTrueSwitchesItOnAndTheNodesAddressSaysTheFamily(
            String enabled, String nodeIp, boolean isOn, IpFamily family) {
        EgressConf conf = parse(SHIPPED.replace("\"enabled\":\"true\"", "\"enabled\":\"" + enabled + "\"")
                .replace("10.0.0.10", nodeIp));
        assertThat(conf.enabled()).isEqualTo(isOn);
        assertThat(conf.family()).isEqualTo(family);
    }

    private static EgressConf parse(String text) {
        return EgressConf.parse(text.getBytes(StandardCharsets.UTF_8));
    }
}
