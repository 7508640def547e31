package io.vpccni.netlink.rt;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.netlink.Addr;
import io.vpccni.netlink.End;
import io.vpccni.netlink.Family;
import io.vpccni.netlink.Ipv4Setting;
import io.vpccni.netlink.LinkChange;
import io.vpccni.netlink.MacAddress;
import io.vpccni.netlink.Neigh;
import io.vpccni.netlink.Prefix;
import io.vpccni.netlink.Route;
import io.vpccni.netlink.RouteFilter;
import io.vpccni.netlink.RouteType;
import io.vpccni.netlink.Rule;
import io.vpccni.netlink.Scope;
import io.vpccni.netlink.wire.MessageWriter;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@code ip} 6.1 sends (recorded), and messages taken apart by hand where we choose another form. */
class GoldenBytesTest {
    private static final int SEQUENCE = 0x6b036366;
    private static final String SEQUENCE_AND_PORT = " 6663036b 00000000 ";
    private static final int ACK = 4;

    @ParameterizedTest(name = "{0}")
    @MethodSource({"recorded", "byHand"})
    void writes(String name, Consumer<MessageWriter> message, String expected) {
        var buffer = ByteBuffer.allocate(1024).order(ByteOrder.LITTLE_ENDIAN);
        message.accept(new MessageWriter(buffer));
        assertThat(HexFormat.of().formatHex(buffer.array(), 0, buffer.position()))
                .as(name)
                .isEqualTo(expected.replace(" ", ""));
    }

    static Stream<Arguments> recorded() {
        var any = Prefix.all(Family.IPV4);
        return Stream.of(
                row(
                        "ip addr add 10.0.0.7/32 dev 3",
                        w -> AddrMessages.write(
                                w, SEQUENCE, AddrMessages.NEW, Flags.ADD, Addr.on(3, Prefix.of("10.0.0.7"))),
                        "280000001400050666 33036b00000000 0220000003000000 080002000a000007 080001000a000007"),
                row(
                        "ip -6 addr add fd00::7/128 dev 3 nodad",
                        w -> AddrMessages.write(
                                w,
                                SEQUENCE,
                                AddrMessages.NEW,
                                Flags.ADD,
                                Addr.on(3, Prefix.of("fd00::7")).noDad()),
                        "40000000140005066633036b000000000a8002000300000014000200fd00000000000000000000000000000714000100fd000000000000000000000000000007"),
                row(
                        "ip route add default via 10.0.0.2 dev 3 onlink table 10001",
                        w -> RouteMessages.write(
                                w,
                                SEQUENCE,
                                Flags.ADD,
                                new Route(any, 3, ip("10.0.0.2"), null, 10001, null, 0, RouteType.UNICAST, 3, true)),
                        "34000000180005066633036b00000000020000000003000104000000080005000a00000208000f00112700000800040003000000"),
                row(
                        "ip route add blackhole 10.9.0.0/16 metric 5",
                        w -> RouteMessages.write(
                                w,
                                SEQUENCE,
                                Flags.ADD,
                                Route.to(Prefix.of("10.9.0.0/16"))
                                        .type(RouteType.BLACKHOLE)
                                        .metric(5)),
                        "2c000000180005066633036b0000000002100000fe03000600000000080001000a0900000800060005000000"),
                row(
                        "ip route replace 10.8.0.1/32 dev 3 scope link src 10.0.0.1",
                        w -> RouteMessages.write(
                                w,
                                SEQUENCE,
                                Flags.REPLACE,
                                Route.to(Prefix.of("10.8.0.1"))
                                        .device(3)
                                        .scope(Scope.LINK)
                                        .source(ip("10.0.0.1"))),
                        "34000000180005056633036b0000000002200000fe03fd0100000000080001000a080001080007000a0000010800040003000000"),
                row(
                        "ip route del 10.8.0.1/32",
                        w -> RouteMessages.delete(
                                w, SEQUENCE, Route.to(Prefix.of("10.8.0.1")).type(RouteType.UNSPECIFIED)),
                        "24000000190005006633036b0000000002200000fe00ff0000000000080001000a080001"),
                row(
                        "ip route show table 10001",
                        w -> RouteMessages.dump(
                                w, SEQUENCE, RouteFilter.of(Family.IPV4).table(10001)),
                        "240000001a0001036633036b0000000002000000000000000000000008000f0011270000"),
                row(
                        "ip rule add priority 1536 from 10.0.0.7 table 10001",
                        w -> RuleMessages.add(
                                w,
                                SEQUENCE,
                                Rule.lookup(Family.IPV4, 1536, 10001).from(Prefix.of("10.0.0.7"))),
                        "34000000200005066633036b000000000200200000000001000000000800060000060000080002000a00000708000f0011270000"),
                row(
                        "ip rule add priority 1024 fwmark 0x80/0x80 table main",
                        w -> RuleMessages.add(
                                w, SEQUENCE, Rule.lookup(Family.IPV4, 1024, 254).mark(0x80, 0x80)),
                        "34000000200005066633036b0000000002000000fe00000100000000080006000004000008000a00800000000800100080000000"),
                row(
                        "ip rule add priority 10 iif veth0 table 101",
                        w -> RuleMessages.add(
                                w, SEQUENCE, Rule.lookup(Family.IPV4, 10, 101).input("veth0")),
                        "30000000200005066633036b00000000020000006500000100000000080006000a0000000a0003007665746830000000"),
                row(
                        "ip -6 rule add priority 0 from fe80:ec2::1 ipproto ipv6-icmp table local",
                        w -> RuleMessages.add(
                                w,
                                SEQUENCE,
                                Rule.lookup(Family.IPV6, 0, 255)
                                        .from(Prefix.of("fe80:ec2::1"))
                                        .protocol(58)),
                        "40000000200005066633036b000000000a008000ff00000100000000080006000000000014000200fe800ec2000000000000000000000001050016003a000000"),
                row(
                        "ip neigh replace 169.254.1.1 lladdr 02:00:00:00:00:01 nud permanent dev 3",
                        w -> NeighMessages.replace(
                                w, SEQUENCE, Neigh.permanent(3, ip("169.254.1.1"), MacAddress.of("02:00:00:00:00:01"))),
                        "300000001c0005056633036b0000000002000000030000008000000008000100a9fe01010a0002000200000000010000"),
                row(
                        "ip neigh show dev 1",
                        w -> NeighMessages.dump(w, SEQUENCE, 1, false),
                        "240000001e0001036633036b0000000000000000000000000000000008000800 01000000"),
                row(
                        "ip neigh show proxy dev 1",
                        w -> NeighMessages.dump(w, SEQUENCE, 1, true),
                        "240000001e0001036633036b0000000000000000000000000000080008000800 01000000"),
                row(
                        "ip link del dev 5",
                        w -> LinkMessages.delete(w, SEQUENCE, 5),
                        "20000000110005006633036b0000000000000000050000000000000000000000"),
                row(
                        "ip link del group 777",
                        w -> LinkMessages.deleteGroup(w, SEQUENCE, 777),
                        "28000000110005006633036b000000000000000000000000000000000000000008001b0009030000"));
    }

    static Stream<Arguments> byHand() {
        return Stream.of(
                Arguments.of(
                        "rule for IPv6 to /128 lookup main, deleted: action 1, no ACK",
                        message(w -> RuleMessages.delete(
                                w, SEQUENCE, Rule.lookup(Family.IPV6, 512, 254).to(Prefix.of("fd00::7")))),
                        "38000000 2100 0100" + SEQUENCE_AND_PORT
                                + "0a800000 fe000001 00000000 08000600 00020000 14000100 fd000000000000000000000000000007"),
                Arguments.of(
                        "route for IPv6: any type has scope universe",
                        message(w -> RouteMessages.write(
                                w,
                                SEQUENCE,
                                Flags.ADD,
                                Route.toDefault(Family.IPV6).via(ip("fe80::1")).device(2))),
                        "38000000 1800 0106" + SEQUENCE_AND_PORT
                                + "0a000000 fe030001 00000000 14000500 fe800000000000000000000000000001 08000400 02000000"),
                Arguments.of(
                        "link set: group, and down by mask without flag",
                        message(w ->
                                LinkMessages.set(w, SEQUENCE, 3, List.of(LinkChange.group(777), LinkChange.down()))),
                        "28000000 1300 0100" + SEQUENCE_AND_PORT
                                + "00000000 03000000 00000000 01000000 08001b00 09030000"),
                Arguments.of(
                        "link set by name: IPv4 settings share a nest, IPv6 has its own",
                        message(w -> LinkMessages.set(
                                w,
                                SEQUENCE,
                                "eth0",
                                List.of(
                                        LinkChange.ipv4(Ipv4Setting.RP_FILTER, 2),
                                        LinkChange.up(),
                                        LinkChange.ipv6AddressGeneration(LinkChange.AddressGeneration.NONE),
                                        LinkChange.ipv4(Ipv4Setting.PROXY_ARP, 1)))),
                        "54000000 1300 0100" + SEQUENCE_AND_PORT
                                + "00000000 00000000 01000000 01000000 0900 0300 6574683000000000"
                                + "2800 1a80 1800 0280 1400 0180 0800 0800 02000000 0800 0300 01000000"
                                + "0c00 0a80 0500 0800 01000000"),
                Arguments.of(
                        "vlan 3 on link 2, mtu 9001, up",
                        message(w -> LinkMessages.vlan(
                                w, SEQUENCE, End.named("vl.3", LinkChange.mtu(9001), LinkChange.up()), 2, 3)),
                        "58000000 1000 0106" + SEQUENCE_AND_PORT
                                + "00000000 00000000 01000000 01000000 0900 0300 766c2e3300000000 0800 0500 02000000"
                                + "0800 0400 29230000 1c00 1280 0900 0100 766c616e00000000 0c00 0280 0600 0100 03000000"),
                Arguments.of(
                        "macvlan on link 2 with a MAC: mode private",
                        message(w -> LinkMessages.macvlan(
                                w, SEQUENCE, End.named("mv0", LinkChange.mac(MacAddress.of("02:00:00:00:00:01"))), 2)),
                        "58000000 1000 0106" + SEQUENCE_AND_PORT
                                + "00000000 00000000 00000000 00000000 0800 0300 6d763000 0800 0500 02000000"
                                + "0a00 0100 0200000000010000"
                                + "1c00 1280 0c00 0100 6d6163766c616e00 0c00 0280 0800 0100 01000000"),
                Arguments.of(
                        "rule of own IPv6 packets that finds the source: flag 0x10000",
                        message(w -> RuleMessages.add(
                                w,
                                SEQUENCE,
                                Rule.lookup(Family.IPV6, 9, 101)
                                        .from(Prefix.of("fd00::7"))
                                        .input("lo")
                                        .flag(Rule.Flag.FINDS_SOURCE))),
                        "40000000 2000 0106" + SEQUENCE_AND_PORT
                                + "0a008000 65000001 00000100 08000600 09000000 14000200 fd000000000000000000000000000007"
                                + "0700 0300 6c6f0000"),
                Arguments.of(
                        "veth v0 txqueuelen 0, peer v1 with a MAC",
                        message(w -> LinkMessages.veth(
                                w,
                                SEQUENCE,
                                End.named("v0", LinkChange.txQueueLength(0)),
                                End.named("v1", LinkChange.mac(MacAddress.of("02:00:00:00:00:01"))))),
                        "6c000000 1000 0106" + SEQUENCE_AND_PORT
                                + "00000000 00000000 00000000 00000000 0700 0300 76300000 0800 0d00 00000000"
                                + "3c00 1280 0900 0100 7665746800000000 2c00 0280 2800 0180"
                                + "00000000 00000000 00000000 00000000 0700 0300 76310000 0a00 0100 0200000000010000"));
    }

    private static Consumer<MessageWriter> message(Consumer<MessageWriter> message) {
        return message;
    }

    /** Takes the ACK flag off, which ip sets in each request and we in the last of a batch; and gives it our sequence. */
    private static Arguments row(String command, Consumer<MessageWriter> message, String recorded) {
        byte[] bytes = HexFormat.of().parseHex(recorded.replace(" ", ""));
        bytes[6] &= ~ACK;
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(8, SEQUENCE);
        return Arguments.of(command, message, HexFormat.of().formatHex(bytes));
    }

    private static InetAddress ip(String text) {
        return InetAddress.ofLiteral(text);
    }
}
