package io.vpccni.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.MacAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is noted on a host link, and read again. */
class BranchLabelTest {

    private static final String OWNER = "aws-cni/3f0a/eth0";

    private static BranchLabel label(String owner, String address, String gateway) {
        return new BranchLabel(
                owner,
                IpAddress.parse(address),
                new BranchLink(
                        7,
                        new MacAddress("02:00:0a:00:03:07"),
                        IpAddress.parse(gateway),
                        new MacAddress("02:00:0a:00:00:77")));
    }

    @ParameterizedTest
    @CsvSource({"10.0.3.9, 10.0.3.1", "2001:db8:1111:2222:3333:4444:5555:6666, fe80:ec2::1"})
    void whatIsWrittenIsReadAgain(String address, String gateway) {
        BranchLabel label = label("aws-cni/" + "f".repeat(64) + "/eth0", address, gateway);

        assertThat(label.text().flatMap(BranchLabel::read)).contains(label);
    }

    @Test
    void theTextIsForPeopleToo() {
        assertThat(label(OWNER, "10.0.3.9", "10.0.3.1").text())
                .contains("aws-cni/3f0a/eth0 10.0.3.9 7 02:00:0a:00:03:07 10.0.3.1 02:00:0a:00:00:77");
    }

    @Test
    void anOwnerThatTheKernelCannotKeepIsNotNoted() {
        assertThat(label("f".repeat(199), "10.0.3.9", "10.0.3.1").text()).isPresent();
        assertThat(label("f".repeat(200), "10.0.3.9", "10.0.3.1").text()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "uplink to rack 7",
                "a b c d e f",
                " 10.0.3.9 7 02:00:0a:00:03:07 10.0.3.1 02:00:0a:00:00:77",
                "o 10.0.3.9 4095 02:00:0a:00:03:07 10.0.3.1 02:00:0a:00:00:77",
                "o 10.0.3.9 7 02:00:0a:00:03 10.0.3.1 02:00:0a:00:00:77",
            })
    void whatSomebodyElseHasNotedIsNoLabel(String text) {
        assertThat(BranchLabel.read(text)).isEmpty();
    }
}
