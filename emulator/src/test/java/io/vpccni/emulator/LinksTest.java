package io.vpccni.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.emulator.cloud.AddressWish;
import io.vpccni.emulator.cloud.Ec2Request;
import io.vpccni.emulator.cloud.Ec2Result;
import io.vpccni.emulator.cloud.NetworkInterface;
import io.vpccni.emulator.cloud.WireChange;
import io.vpccni.emulator.faults.Delays;
import io.vpccni.emulator.faults.Links.Fault;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Links that come late or never. EC2 says attached one second after the call. */
class LinksTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final InProcess emulator =
            InProcess.usual(2, "m5.large", Delays.none().withAttach(Duration.ofSeconds(1)), 5, START);
    private final String node = emulator.nodes().getFirst().id();

    LinksTest() {
        emulator.advance(START);
    }

    private static Instant second(double seconds) {
        return START.plusMillis((long) (seconds * 1000));
    }

    private NetworkInterface attach(String instanceId) {
        NetworkInterface eni = ((Ec2Result.Created) emulator.submit(
                                Ec2Request.CreateNetworkInterface.in(
                                        emulator.nodes().getFirst().subnetId()),
                                START)
                        .result())
                .eni();
        emulator.submit(new Ec2Request.AttachNetworkInterface(eni.id(), instanceId, 1, 0), START)
                .result();
        return eni;
    }

    @Test
    void aLateLinkComesAfterEc2SaysAttached() {
        emulator.links().set(node, new Fault.Late(Duration.ofSeconds(3)));
        NetworkInterface eni = attach(node);

        assertThat(emulator.nextTransition()).contains(second(1));
        assertThat(emulator.advance(second(1))).isEmpty();
        assertThat(emulator.metadata(
                        node, "latest/meta-data/network/interfaces/macs/" + eni.mac() + "/interface-id", second(1)))
                .as("what IMDS says of an ENI without link")
                .contains(eni.id());
        assertThat(emulator.links().held(node)).containsExactly(eni.id());
        assertThat(emulator.nextTransition()).contains(second(4));
        assertThat(emulator.advance(second(3.999))).isEmpty();
        assertThat(emulator.advance(second(4)))
                .singleElement()
                .isInstanceOfSatisfying(
                        WireChange.EniAttached.class,
                        change -> assertThat(change.eni().eniId()).isEqualTo(eni.id()));
        assertThat(emulator.nextTransition()).isEmpty();
    }

    @Test
    void theTimeIsCountedFromTheAttachmentEvenIfNobodyLooked() {
        emulator.links().set(node, new Fault.Late(Duration.ofSeconds(3)));
        attach(node);

        assertThat(emulator.advance(second(4))).hasSize(1);
    }

    @Test
    void aMissingLinkComesWhenTheFaultIsCleared() {
        emulator.links().set(node, new Fault.Missing());
        attach(node);

        assertThat(emulator.advance(second(1_000_000))).isEmpty();
        assertThat(emulator.nextTransition()).isEmpty();
        emulator.links().clear(node);
        assertThat(emulator.advance(second(1_000_000))).singleElement().isInstanceOf(WireChange.EniAttached.class);
        assertThat(emulator.links().held(node)).isEmpty();
    }

    @Test
    void theLinkComesAsTheEniIsThen() {
        emulator.links().set(node, new Fault.Missing());
        NetworkInterface eni = attach(node);
        emulator.advance(second(1));
        emulator.submit(new Ec2Request.AssignPrivateIpAddresses(eni.id(), AddressWish.count(2), false), second(2));

        assertThat(emulator.advance(second(2))).isEmpty();
        emulator.links().clear(node);
        assertThat(emulator.advance(second(3)))
                .singleElement()
                .isInstanceOfSatisfying(
                        WireChange.EniAttached.class,
                        change -> assertThat(change.eni().addresses()).hasSize(3));
    }

    @Test
    void theLinkOfADetachedEniNeverComes() {
        emulator.links().set(node, new Fault.Late(Duration.ofSeconds(9)));
        NetworkInterface eni = attach(node);
        emulator.advance(second(1));
        emulator.somebodyElse().delete(eni.id(), second(2));

        assertThat(emulator.advance(second(2))).isEmpty();
        assertThat(emulator.nextTransition()).isEmpty();
        assertThat(emulator.advance(second(20))).isEmpty();
    }

    @Test
    void otherNodesAndLinksThatAreThereAreNotConcerned() {
        emulator.links().set(node, new Fault.Missing());
        attach(node);
        NetworkInterface other = attach(emulator.nodes().getLast().id());

        List<WireChange> changes = emulator.advance(second(1));

        assertThat(changes)
                .singleElement()
                .isInstanceOfSatisfying(
                        WireChange.EniAttached.class,
                        change -> assertThat(change.eni().eniId()).isEqualTo(other.id()));
        assertThat(emulator.wireNow().stream().filter(WireChange.EniAttached.class::isInstance))
                .as("two primary ENIs and one more")
                .hasSize(3);
    }

    @Test
    void aTerminatedNodeTakesItsMissingLinksWithIt() {
        emulator.links().set(node, new Fault.Missing());
        attach(node);
        emulator.advance(second(1));

        emulator.cloud().removeNode(node, second(2));

        assertThat(emulator.advance(second(2)))
                .extracting(change -> change.getClass().getSimpleName())
                .containsExactly("EniDetached", "NodeRemoved");
        emulator.links().clear(node);
        assertThat(emulator.advance(second(3))).isEmpty();
    }
}
