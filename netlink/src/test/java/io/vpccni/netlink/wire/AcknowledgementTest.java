package io.vpccni.netlink.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AcknowledgementTest {
    private static final String REQUEST_OF_20 = "14000000 1000 0500 07000000 00000000 ";

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "success, 24000000 0200 0001 07000000 00000000, 00000000, '', 0, ''",
        "capped without text, 24000000 0200 0001 07000000 00000000, efffffff, '', 17, ''",
        "capped with text, 30000000 0200 0003 07000000 00000000, eaffffff, 0900 0100 6f6f707300000000, 22, oops",
        "request echoed and no text, 28000000 0200 0000 07000000 00000000, eaffffff, 00000000, 22, ''",
        "request echoed then text, 34000000 0200 0002 07000000 00000000, eaffffff, 00000000 0900 0100 6f6f707300000000, 22, oops",
        "text after an offset attribute, 38000000 0200 0003 07000000 00000000, eaffffff, 0800 0200 14000000 0900 0100 6f6f707300000000, 22, oops",
    })
    void readsErrors(String name, String header, String errno, String rest, int number, String text)
            throws IOException {
        var end = Acknowledgement.of(MessageTest.only(header + errno + REQUEST_OF_20 + rest));
        assertThat(end).as(name).isEqualTo(new Acknowledgement(number, text));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "end of a dump, 14000000 0300 0200 07000000 00000000 00000000, 0, ''",
        "end of a dump of an old kernel, 10000000 0300 0200 07000000 00000000, 0, ''",
        "dump that failed with text, 20000000 0300 0202 07000000 00000000 feffffff 0900 0100 6f6f707300000000, 2, oops",
    })
    void readsEndsOfDumps(String name, String hex, int number, String text) throws IOException {
        assertThat(Acknowledgement.of(MessageTest.only(hex))).as(name).isEqualTo(new Acknowledgement(number, text));
    }

    @Test
    void rejectsAnErrorThatIsCutOff() throws IOException {
        var message = MessageTest.only("14000000 0200 0001 07000000 00000000 efffffff");
        assertThatThrownBy(() -> Acknowledgement.of(message))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageContaining("4 bytes");
    }
}
