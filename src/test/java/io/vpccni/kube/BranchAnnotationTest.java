package io.vpccni.kube;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vpccni.branch.BranchEni;
import io.vpccni.kube.BranchAnnotation.Malformed;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class BranchAnnotationTest {

    private static final String OF_THE_REFERENCE = "[{\"eniId\":\"eni-0123456789abcdef0\",\"ifAddress\":"
            + "\"06:aa:bb:cc:dd:ee\",\"privateIp\":\"10.0.3.17\",\"ipv6Addr\":\"\",\"vlanId\":1,"
            + "\"subnetCidr\":\"10.0.0.0/20\",\"subnetV6Cidr\":\"\",\"associationID\":"
            + "\"trunk-assoc-0123456789abcdef0\"}]";

    @Test
    void whatTheReferenceWritesIsReadAndWrittenByteForByte() {
        BranchEni eni = BranchAnnotation.read(OF_THE_REFERENCE);

        assertThat(eni.vlan()).isEqualTo(1);
        assertThat(eni.ipv4()).map(Object::toString).contains("10.0.3.17");
        assertThat(eni.ipv6()).isEmpty();
        assertThat(BranchAnnotation.write(eni)).isEqualTo(OF_THE_REFERENCE);
    }

    @Test
    void keysAreReadInAnyCaseAndUnknownOnesLeftAlone() {
        BranchEni eni = BranchAnnotation.read(
                "[{\"ENIID\":\"eni-1\",\"ifaddress\":\"06:aa:bb:cc:dd:ee\",\"ipv6Addr\":\"2600::5\",\"vlanID\":7,"
                        + "\"subnetV6Cidr\":\"2600::/64\",\"prefixCidr\":{\"x\":[1]}},{\"second\":true}]");

        assertThat(eni.vlan()).isEqualTo(7);
        assertThat(eni.ipv6()).map(Object::toString).contains("2600::5");
        assertThat(eni.association()).isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformed")
    void refuses(String why, String text) {
        assertThatThrownBy(() -> BranchAnnotation.read(text))
                .isInstanceOf(Malformed.class)
                .hasMessageContaining(BranchAnnotation.KEY)
                .hasMessageContaining(why);
    }

    static Stream<Arguments> malformed() {
        return Stream.of(
                Arguments.of("not JSON", "[{"),
                Arguments.of("not JSON", "[{}] x"),
                Arguments.of("not an array", "{}"),
                Arguments.of("not an array", "[]"),
                Arguments.of("not an array", "[1]"),
                Arguments.of("eniId is missing", object("\"vlanId\":1")),
                Arguments.of("ifAddress is missing", object("\"eniId\":\"eni-1\",\"vlanId\":1")),
                Arguments.of("vlanId is missing", with("\"x\":1")),
                Arguments.of("vlanId is \"1\" and not a number", with("\"vlanId\":\"1\"")),
                Arguments.of("not 0", with("\"vlanId\":0")),
                Arguments.of("not 4095", with("\"vlanId\":4095")),
                Arguments.of("not a number", with("\"vlanId\":1.5")),
                Arguments.of("privateIp", with("\"vlanId\":1,\"privateIp\":\"10.0.0.300\"")),
                Arguments.of("privateIp is 7", with("\"vlanId\":1,\"privateIp\":7")),
                Arguments.of("subnetCidr", with("\"vlanId\":1,\"subnetCidr\":\"10.0.0.0\"")),
                Arguments.of("not a MAC address", object("\"eniId\":\"eni-1\",\"ifAddress\":\"06:aa\",\"vlanId\":1")),
                Arguments.of("at most", "[" + " ".repeat(BranchAnnotation.LONGEST) + "]"),
                Arguments.of("not JSON", "[".repeat(2_000)));
    }

    private static String object(String fields) {
        return "[{" + fields + "}]";
    }

    private static String with(String fields) {
        return object("\"eniId\":\"eni-1\",\"ifAddress\":\"06:aa:bb:cc:dd:ee\"," + fields);
    }
}
