package io.vpccni.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vpccni.pool.Sandbox;
import io.vpccni.vpc.IpAddress;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NetConfTest {

    @Test
    void theShippedConfigurationIsRead() {
        NetConf conf = parse("""
                {"cniVersion":"0.4.0","name":"aws-cni","type":"aws-cni","vethPrefix":"eni","mtu":"1500",
                 "podSGEnforcingMode":"strict","pluginLogFile":"/x","unknown":{"key":[1]}}
                """);

        assertThat(conf.name()).isEqualTo("aws-cni");
        assertThat(conf.mtu()).isEqualTo(1500);
        assertThat(conf.vethPrefix()).isEqualTo("eni");
        assertThat(conf.enforcingMode()).contains("strict");
        assertThat(conf.previousAddresses()).isEmpty();
    }

    @Test
    void aConfigurationWithoutTheOptionalKeysGetsTheDefaults() {
        NetConf conf = parse("{\"name\":\"n\"}");

        assertThat(conf.cniVersion()).isEqualTo("0.1.0");
        assertThat(conf.vethPrefix()).isEqualTo("def");
        assertThat(conf.mtu()).isEqualTo(9001);
        assertThat(conf.enforcingMode()).isEmpty();
    }

    @ParameterizedTest(name = "mtu {0} means {1}")
    @CsvSource({"abc, 9001", "500, 9001", "10000, 9001", "8000, 8000", "576, 576", "9001, 9001", "'', 9001"})
    void anMtuThatIsNoNumberInRangeMeansTheDefault(String text, int mtu) {
        assertThat(parse("{\"name\":\"n\",\"mtu\":\"" + text + "\"}").mtu()).isEqualTo(mtu);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"ips\":[{\"version\":\"4\",\"interface\":1,\"address\":\"10.0.1.23/32\"}]}",
                "{\"ip4\":{\"ip\":\"10.0.1.23/32\"}}"
            })
    void thePreviousAddressIsFoundInOldAndNewResults(String previous) {
        assertThat(parse("{\"name\":\"n\",\"prevResult\":" + previous + "}").previousAddresses())
                .containsExactly(IpAddress.parse("10.0.1.23"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{}", "[]", "7", "{\"ips\":[]}", "{\"ips\":[{\"address\":\"fe80::1/64\"}]}", "{\"ips\":\"x\"}"})
    void aPreviousResultWithoutAnAddressOfOursIsNoError(String previous) {
        assertThat(parse("{\"name\":\"n\",\"prevResult\":" + previous + "}").previousAddresses())
                .isEmpty();
    }

    @Test
    void validAttachmentsAreSandboxesOfThisNetwork() {
        NetConf conf = parse("""
                {"cniVersion":"1.1.0","name":"n","cni.dev/valid-attachments":[{"containerID":"c","ifname":"eth0"}]}
                """);

        assertThat(conf.validAttachments()).containsExactly(new Sandbox("n", "c", "eth0"));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            empty stdin             | ``                                  | 6   | stdin is empty
            not JSON                | hello                               | 6   | Unrecognized token
            not an object           | []                                  | 6   | not a JSON object
            unknown version         | {"cniVersion":"9.0.0","name":"n"}   | 1   | incompatible CNI versions
            no name                 | {"cniVersion":"1.0.0"}              | 7   | missing network name
            a name with a blank     | {"name":"a b"}                      | 7   | invalid characters
            a name that is a number | {"name":7}                          | 6   | not a string
            an MTU that is a number | {"name":"n","mtu":1500}             | 6   | not a string
            a long prefix           | {"name":"n","vethPrefix":"verylong"} | 999 | at most 4 characters
            """)
    void badInputIsNamed(String name, String config, int code, String text) {
        assertThatThrownBy(() -> parse(config)).isInstanceOfSatisfying(CniError.class, error -> {
            assertThat(error.code()).isEqualTo(code);
            assertThat(error).hasMessageContaining(code == 1 || code == 7 || code == 999 ? text : "");
            assertThat(error.toJson("1.1.0").toString()).contains(text);
        });
    }

    @Test
    void aHugeConfigurationIsRefusedBeforeItIsParsed() {
        byte[] huge = new byte[(1 << 20) + 1];

        assertThatThrownBy(() -> NetConf.parse(huge, "eni")).hasMessageContaining("1048577 bytes");
    }

    @Test
    void deeplyNestedJsonDoesNotExhaustTheStack() {
        assertThatThrownBy(() -> parse("{\"name\":\"n\",\"x\":" + "[".repeat(100_000)))
                .isInstanceOfSatisfying(
                        CniError.class, error -> assertThat(error.code()).isEqualTo(6));
    }

    private static NetConf parse(String config) {
        return NetConf.parse(config.getBytes(StandardCharsets.UTF_8), "def");
    }
}
