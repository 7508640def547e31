package io.vpccni.emulator.imds;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.emulator.InProcess;
import io.vpccni.emulator.cloud.AddressWish;
import io.vpccni.emulator.cloud.Block;
import io.vpccni.emulator.cloud.Ec2Request;
import io.vpccni.emulator.cloud.Ec2Result;
import io.vpccni.emulator.cloud.Instance;
import io.vpccni.emulator.cloud.NetworkInterface;
import io.vpccni.emulator.cloud.World;
import io.vpccni.emulator.faults.Delays;
import io.vpccni.emulator.imds.Lies.Lie;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LiesTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final InProcess emulator = InProcess.usual(2, "m5.large", Delays.none(), 3, START);
    private final Instance node = emulator.nodes().getFirst();
    private final NetworkInterface eni = second(node, "10.0.7.7");

    private NetworkInterface second(Instance instance, String address) {
        Ec2Request.CreateNetworkInterface create =
                Ec2Request.CreateNetworkInterface.in(instance.subnetId()).withPrimaryAddress(address);
        NetworkInterface made =
                ((Ec2Result.Created) emulator.submit(create, START).result()).eni();
        emulator.submit(new Ec2Request.AttachNetworkInterface(made.id(), instance.id(), 1, 0), START)
                .result();
        return made;
    }

    private String shown(NetworkInterface of, String name) {
        String path = "latest/meta-data/network/interfaces/macs/" + of.mac() + "/" + name;
        Instance instance = of == eni ? node : emulator.nodes().getLast();
        return emulator.metadata(instance.id(), path, START).orElse("404");
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource({
        "local-ipv4s, 10.0.7.8, '10.0.7.7|10.0.7.8'",
        "ipv4-prefix, 10.0.8.16/28, 10.0.8.16/28",
        "ipv6s, 2600:1f14:e00:7c00:0:0:0:9, 2600:1f14:e00:7c00::9",
        "ipv6-prefix, 2600:1f14:e00:7c00:9::/80, 2600:1f14:e00:7c00:9::/80"
    })
    void whatEc2TookAwayIsStillShown(String name, String block, String text) {
        assign(Block.parse(block));
        String before = shown(eni, name);
        emulator.lies().tell(node.id(), new Lie.Show(eni.id(), Block.parse(block)));
        assertThat(shown(eni, name)).as("while EC2 agrees").isEqualTo(before);

        emulator.somebodyElse().unassign(eni.id(), List.of(block), START);

        assertThat(shown(eni, name)).isEqualTo(text.replace('|', '\n')).isEqualTo(before);
        emulator.lies().clear(node.id());
        assertThat(shown(eni, name)).isEqualTo(name.equals("local-ipv4s") ? "10.0.7.7" : "404");
    }

    private void assign(Block block) {
        String text = block.toString();
        AddressWish wish = text.contains("/") ? AddressWish.prefixes(text) : AddressWish.addresses(text);
        emulator.submit(
                        text.contains(":")
                                ? new Ec2Request.AssignIpv6Addresses(eni.id(), wish)
                                : new Ec2Request.AssignPrivateIpAddresses(eni.id(), wish, false),
                        START)
                .result();
    }

    @Test
    void anAddressIsHidden() {
        assign(Block.parse("10.0.7.8"));
        assign(Block.parse("10.0.8.16/28"));

        emulator.lies().tell(node.id(), new Lie.Hide(Block.parse("10.0.7.8")));
        emulator.lies().tell(node.id(), new Lie.Hide(Block.parse("10.0.8.16/28")));

        assertThat(shown(eni, "local-ipv4s")).isEqualTo("10.0.7.7");
        assertThat(shown(eni, "ipv4-prefix")).isEqualTo("404");
    }

    @Test
    void withoutItsOnlyAddressAnInterfaceLooksAsOneForEfaOnly() {
        emulator.lies().tell(node.id(), new Lie.Hide(Block.parse("10.0.7.7")));

        assertThat(shown(eni, "local-ipv4s")).isEqualTo("404");
        assertThat(shown(eni, "interface-id")).isEqualTo(eni.id());
    }

    @Test
    void anInterfaceIsHiddenFromItsNodeAndNowhereElse() {
        NetworkInterface other = second(emulator.nodes().getLast(), "10.0.7.9");
        World truth = emulator.cloud().world();

        emulator.lies().tell(node.id(), new Lie.HideInterface(eni.id()));
        emulator.lies().tell(node.id(), new Lie.HideInterface(other.id()));

        assertThat(shown(eni, "interface-id")).isEqualTo("404");
        assertThat(emulator.metadata(node.id(), "latest/meta-data/network/interfaces/macs", START)
                        .orElseThrow()
                        .lines())
                .hasSize(1);
        assertThat(shown(other, "interface-id")).isEqualTo(other.id());
        assertThat(emulator.cloud().world()).isEqualTo(truth);
    }
}
