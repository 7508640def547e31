package io.vpccni.netlink.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MessageTest {
    private static final String HEADER_OF_20 = "14000000 1000 0100 07000000 00000000 ";

    @Test
    void writesHeaderPaddingAndNestsInTheBuffersByteOrder() {
        var buffer = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        var writer = new MessageWriter(buffer);
        writer.begin(16, 5, 7).u8(1).u8(2).u16(3);
        int nest = writer.beginNest(18);
        writer.attributeText(1, "lo").attributeU8(2, 9).endNest(nest).end();
        assertThat(hex(buffer))
                .isEqualTo(
                        ("28000000 1000 0500 07000000 00000000 01 02 0300 " // header, fixed part
                                        + "1400 1280 0700 0100 6c6f0000 0500 0200 09000000")
                                .replace(" ", ""));
    }

    @Test
    void flagsCanBeAddedToAnEarlierMessage() {
        var buffer = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        var writer = new MessageWriter(buffer);
        writer.begin(16, 1, 7).end();
        writer.begin(17, 1, 8).end();
        writer.addFlags(0, 4);
        assertThat(hex(buffer)).isEqualTo("10000000100005000700000000000000" + "10000000110001000800000000000000");
    }

    @Test
    void aMessageThatDoesNotFitCanBeTakenBack() {
        var buffer = ByteBuffer.allocate(40).order(ByteOrder.LITTLE_ENDIAN);
        var writer = new MessageWriter(buffer);
        writer.begin(16, 1, 7).end();
        assertThatThrownBy(() -> writer.begin(17, 1, 8).attributeText(3, "a-long-name"))
                .isInstanceOf(BufferOverflowException.class);
        writer.rewindTo(16);
        assertThat(hex(buffer)).isEqualTo("10000000100001000700000000000000");
    }

    @Test
    void readsAttributesOfEveryWidth() throws IOException {
        var message = only(
                "44000000 1000 0000 07000000 00000000 01020304 0500 0100 ff000000 0600 0200 feff0000 0800 0300 01000080"
                        + "0800 0480 0400 0500 0700 0600 65746800 0800 0700 0a000001");
        var attributes = message.attributes(4);
        assertThat(attributes.u8(1, 0)).isEqualTo(255);
        assertThat(attributes.u16(2, 0)).isEqualTo(65534);
        assertThat(attributes.u32(3, 0)).isEqualTo(0x80000001);
        assertThat(attributes.u32(99, 42)).isEqualTo(42);
        assertThat(attributes.nested(4).has(5)).isTrue();
        assertThat(attributes.nested(99).has(5)).isFalse();
        assertThat(attributes.text(6)).isEqualTo("eth");
        assertThat(attributes.address(7)).isEqualTo(InetAddress.ofLiteral("10.0.0.1"));
    }

    @Test
    void anIpv4MappedAddressStaysIpv6() throws IOException {
        var attributes = only("24000000 1000 0000 07000000 00000000 1400 0100 00000000000000000000ffff0a000001")
                .attributes(0);
        assertThat(attributes.address(1)).isInstanceOf(Inet6Address.class);
    }

    @Test
    void theLastAttributeNeedsNoPadding() throws IOException {
        assertThat(only("15000000 1000 0000 07000000 00000000 0500 0100 aa")
                        .attributes(0)
                        .u8(1, 0))
                .isEqualTo(0xaa);
    }

    @Test
    void readsAllMessagesOfADatagram() throws IOException {
        var messages = Message.readAll(
                bytes("11000000 1000 0000 07000000 00000000 aa000000" + "10000000 0300 1000 08000000 00000000"));
        assertThat(messages).extracting(Message::sequence).containsExactly(7, 8);
        assertThat(messages).extracting(Message::dumpInterrupted).containsExactly(false, true);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "half a header, 1000000010000000, 8 bytes are too few",
        "length zero would never end, 00000000100000000700000000000000, length 0",
        "length shorter than the header, 0f000000100000000700000000000000, length 15",
        "length beyond the datagram, 11000000100000000700000000000000, length 17",
        "length above 2 GiB, ffffffff100000000700000000000000, length 4294967295",
    })
    void rejectsMessages(String name, String hex, String why) {
        assertThatThrownBy(() -> Message.readAll(bytes(hex)))
                .as(name)
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageContaining(why);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "attribute length zero, 00000100, attribute 1 with length 0",
        "attribute length three, 03000100, attribute 1 with length 3",
        "attribute beyond the message, 09000100, attribute 1 with length 9",
    })
    void rejectsAttributes(String name, String hex, String why) throws IOException {
        var message = only(HEADER_OF_20 + hex);
        assertThatThrownBy(() -> message.attributes(0))
                .as(name)
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageContaining(why);
    }

    @Test
    void rejectsAShortPayloadAndAShortFixedHeader() throws IOException {
        var message = only("18000000 1000 0000 07000000 00000000 0500 0100 aa000000");
        assertThatThrownBy(() -> message.attributes(0).u32(1, 0)).hasMessageContaining("1 bytes, expected 4");
        assertThatThrownBy(() -> message.attributes(0).address(1)).hasMessageContaining("address of 1 bytes");
        assertThatThrownBy(() -> message.attributes(12)).hasMessageContaining("expected at least 12");
    }

    @Test
    void garbageIsReadOrRejectedAndNeverLoops() {
        long seed = Long.getLong("seed", System.nanoTime());
        var random = new Random(seed);
        int rejected = 0;
        for (int round = 0; round < 20_000; round++) {
            byte[] garbage = new byte[random.nextInt(80)];
            random.nextBytes(garbage);
            if (garbage.length > 4 && random.nextBoolean()) {
                garbage[0] = (byte) garbage.length;
                garbage[1] = garbage[2] = garbage[3] = 0;
            }
            try {
                for (var message : Message.readAll(ByteBuffer.wrap(garbage).order(ByteOrder.LITTLE_ENDIAN))) {
                    message.attributes(4).nested(1).u32(1, 0);
                    assertThat(Acknowledgement.of(message).text()).isNotNull();
                }
            } catch (MalformedMessageException e) {
                rejected++;
            } catch (RuntimeException e) {
                throw new AssertionError("-Dseed=" + seed + " round " + round, e);
            }
        }
        assertThat(rejected).isPositive();
    }

    static ByteBuffer bytes(String hex) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(hex.replace(" ", ""))).order(ByteOrder.LITTLE_ENDIAN);
    }

    static Message only(String hex) throws IOException {
        var messages = Message.readAll(bytes(hex));
        assertThat(messages).hasSize(1);
        return messages.getFirst();
    }

    private static String hex(ByteBuffer written) {
        return HexFormat.of().formatHex(written.array(), 0, written.position());
    }
}
