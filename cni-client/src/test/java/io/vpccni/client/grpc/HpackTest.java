package io.vpccni.client.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HpackTest {

    /** The strings are those of RFC 7541, appendix C.4 to C.6. */
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "www.example.com,                f1e3c2e5f23a6ba0ab90f4ff",
        "no-cache,                       a8eb10649cbf",
        "custom-key,                     25a849e95ba97d7f",
        "custom-value,                   25a849e95bb8e8b4bf",
        "302,                            6402",
        "private,                        aec3771a4b",
        "'Mon, 21 Oct 2013 20:13:21 GMT', d07abe941054d444a8200595040b8166e082a62d1bff",
        "https://www.example.com,        9d29ad171863c78f0b97c8e9ae82ae43d3",
    })
    void huffmanStringsAreDecoded(String text, String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);

        assertThat(Huffman.decode(bytes, 0, bytes.length)).isEqualTo(text);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "indexed status,                    88,                               :status,      200",
        "indexed status 404,                8d,                               :status,      404",
        "literal that enters no table,      000b677270632d7374617475730135,   grpc-status,  5",
        "literal that is never indexed,     100b677270632d7374617475730135,   grpc-status,  5",
        "literal to be indexed,             400b677270632d7374617475730135,   grpc-status,  5",
        "name from the static table,        0803343030,                       :status,      400",
        "Huffman name and value,            00889acac8b21234da8f0135,         grpc-status,  5",
        "after a change of the table size,  2088,                             :status,      200",
        "after a name that does not matter, 5f03612f6288,                     :status,      200",
    })
    void fieldsAreRead(String name, String hex, String field, String value) {
        assertThat(Hpack.decode(HexFormat.of().parseHex(hex))).as(name).containsEntry(field, value);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "index into the dynamic table,  be",
        "index 0,                       80",
        "number without an end,         ff8080",
        "number above 31 bits,          ffffffffffff7f",
        "string beyond the block,       000b6772",
        "cut after the name,            000161",
        "wrong Huffman padding,         00016181ff",
        "wrong padding bits,            00016181f0",
    })
    void whatCanBeReadCounts(String name, String hex) {
        Map<String, String> fields = Hpack.decode(HexFormat.of().parseHex("88" + hex));

        assertThat(fields)
                .as(name)
                .containsEntry(":status", "200")
                .containsEntry("grpc-message", "(its headers cannot be read)");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "no escape,       pod not found,   pod not found",
        "UTF-8,           %C2%B5s,         µs",
        "percent sign,    100%25,          100%",
        "cut escape,      100%2,           100%2",
        "no hexadecimal,  %zz%41,          %zzA",
    })
    void statusMessagesArePercentDecoded(String name, String encoded, String text) {
        assertThat(GrpcStatus.percentDecode(encoded)).as(name).isEqualTo(text);
    }

    @Test
    void aStatusBecomesAFailure() {
        CallFailure failure = GrpcStatus.in(Map.of("grpc-status", "12", "grpc-message", "no%20such method"));

        assertThat(failure.kind()).isEqualTo(CallFailure.Kind.STATUS);
        assertThat(failure).hasMessage("UNIMPLEMENTED: no such method");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "no gRPC at all,     :status,      404,  'the call ended without a message and without a gRPC status, HTTP status 404'",
        "OK without a reply, grpc-status,  0,    the call succeeded without a message",
        "unknown number,     grpc-status,  99,   gRPC status 99",
        "no number,          grpc-status,  x,    gRPC status x",
        "server's deadline,  grpc-status,  4,    DEADLINE_EXCEEDED",
    })
    void headersSayWhyThereIsNoMessage(String name, String field, String value, String message) {
        assertThat(GrpcStatus.in(Map.of(field, value))).as(name).hasMessage(message);
    }
}
