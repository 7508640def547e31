package io.vpccni.client.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MessageCodecTest {

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "zero is left out,          0,           ''",
        "one byte,                  1,           0801",
        "largest of one byte,       127,         087f",
        "two bytes,                 128,         088001",
        "largest,                   2147483647,  08ffffffff07",
        "negative takes ten bytes,  -1,          08ffffffffffffffffff01",
    })
    void integersAreVarints(String name, int value, String hex) throws CallFailure {
        byte[] message = new MessageWriter(0).integer(1, value).toBytes();

        assertThat(HexFormat.of().formatHex(message)).as(name).isEqualTo(hex);
        MessageReader reader = new MessageReader(message);
        assertThat(reader.next() ? reader.integer() : 0).isEqualTo(value);
    }

    @Test
    void stringsAndBytesHaveALength() throws CallFailure {
        byte[] message = new MessageWriter(1)
                .string(1, "aµ")
                .bool(9, true)
                .string(2, "")
                .bytes(16, new byte[] {7})
                .toBytes();

        assertThat(HexFormat.of().formatHex(message)).isEqualTo("0a0361c2b548018201" + "0107");
    }

    @Test
    void whatIsNotReadIsSkipped() throws CallFailure {
        // fields 1 varint, 2 fixed64, 3 bytes, 4 fixed32, and then 5
        byte[] message = HexFormat.of().parseHex("088001" + "110102030405060708" + "1a020000" + "2501020304" + "2807");
        MessageReader reader = new MessageReader(message);

        int value = 0;
        while (reader.next()) {
            value = reader.field() == 5 ? reader.integer() : value;
        }

        assertThat(value).isEqualTo(7);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "truncated tag,             80",
        "tag of field 0,            0001",
        "truncated number,          0880",
        "number of eleven bytes,    08ffffffffffffffffffff01",
        "truncated bytes,           120301",
        "length above two GiB,      12ffffffff0f01",
        "truncated fixed64,         190102",
        "truncated fixed32,         1d0102",
        "group,                     1b",
        "field 1 is bytes,          0a0101",
        "field 2 is a number,       1001",
    })
    void malformedMessagesAreRefused(String name, String hex) {
        MessageReader reader = new MessageReader(HexFormat.of().parseHex(hex));

        assertThatThrownBy(() -> {
                    while (reader.next()) {
                        read(reader);
                    }
                })
                .as(name)
                .isInstanceOfSatisfying(
                        CallFailure.class, e -> assertThat(e.kind()).isEqualTo(CallFailure.Kind.PROTOCOL))
                .hasMessageContaining("malformed");
    }

    private static void read(MessageReader reader) throws CallFailure {
        switch (reader.field()) {
            case 1 -> assertThat(reader.integer()).isNotNegative();
            case 2 -> assertThat(reader.bytes()).isNotNull();
            default -> {}
        }
    }
}
