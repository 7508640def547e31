package io.vpccni.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vpccni.emulator.cloud.CloudError;
import io.vpccni.emulator.cloud.Ec2Request;
import io.vpccni.emulator.cloud.Ec2Result;
import io.vpccni.emulator.cloud.WireChange;
import io.vpccni.emulator.faults.Delays;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class EmulatorTest {

    private static String kind(WireChange change) {
        String name = change.getClass().getSimpleName();
        return change instanceof WireChange.OfNode ofNode ? name + " " + ofNode.node() : name;
    }

    @Test
    void aFabricHearsThePastThenTheNewsOnOneThread() throws InterruptedException {
        BlockingQueue<WireChange> heard = new LinkedBlockingQueue<>();
        BlockingQueue<String> threads = new LinkedBlockingQueue<>();
        try (Emulator emulator = Emulator.start(EmulatorOptions.instant()
                .withDelays(io.vpccni.emulator.faults.Delays.none().withAttach(Duration.ofMillis(5))))) {
            emulator.addFabric(change -> {
                threads.add(Thread.currentThread().getName());
                heard.add(change);
            });
            EmulatedNode node = emulator.node("node2");
            emulator.decide((core, now) -> {
                Ec2Result.Created created =
                        (Ec2Result.Created) core.submit(Ec2Request.CreateNetworkInterface.in(subnet(core)), now)
                                .result();
                return core.submit(
                        new Ec2Request.AttachNetworkInterface(created.eni().id(), node.instanceId(), 1, 0), now);
            });

            List<String> kinds = new java.util.ArrayList<>();
            for (int i = 0; i < 6; i++) {
                WireChange next = heard.poll(20, TimeUnit.SECONDS);
                kinds.add(next == null ? "nothing" : kind(next));
            }

            assertThat(kinds)
                    .containsExactly(
                            "GroupChanged",
                            "NodeAdded node1",
                            "EniAttached node1",
                            "NodeAdded node2",
                            "EniAttached node2",
                            "EniAttached node2");
            assertThat(threads).containsOnly("emulator-wire");
        }
    }

    @Test
    void aLaterTransitionComesWithoutACallInBetween() throws InterruptedException {
        BlockingQueue<WireChange> heard = new LinkedBlockingQueue<>();
        try (Emulator emulator = Emulator.start(EmulatorOptions.instant().withNodes(1))) {
            emulator.addFabric(heard::add);

            emulator.decide((core, now) -> {
                attach(core, 1, Duration.ofMillis(20), now);
                attach(core, 2, Duration.ofMillis(400), now);
                return now;
            });

            List<String> kinds = new java.util.ArrayList<>();
            for (int i = 0; i < 5; i++) {
                WireChange next = heard.poll(20, TimeUnit.SECONDS);
                kinds.add(next == null ? "nothing" : kind(next));
            }
            assertThat(kinds)
                    .containsExactly(
                            "GroupChanged",
                            "NodeAdded node1",
                            "EniAttached node1",
                            "EniAttached node1",
                            "EniAttached node1");
        }
    }

    private static void attach(InProcess core, int deviceIndex, Duration delay, Instant now) {
        core.setDelays(Delays.none().withAttach(delay), now);
        Ec2Result.Created created =
                (Ec2Result.Created) core.submit(Ec2Request.CreateNetworkInterface.in(subnet(core)), now)
                        .result();
        String instance = core.nodes().getFirst().id();
        core.submit(new Ec2Request.AttachNetworkInterface(created.eni().id(), instance, deviceIndex, 0), now);
    }

    private static String subnet(InProcess core) {
        return core.nodes().getFirst().subnetId();
    }

    @Test
    void nodesComeAndGoWithTheirMetadata() {
        try (Emulator emulator = Emulator.start(EmulatorOptions.instant().withNodes(1))) {
            EmulatedNode added = emulator.addNode("t3.medium");

            assertThat(emulator.nodes()).extracting(EmulatedNode::name).containsExactly("node1", "node2");
            assertThat(added.instanceType()).isEqualTo("t3.medium");
            emulator.removeNode("node1");
            assertThat(emulator.nodes()).containsExactly(added);
            assertThatThrownBy(() -> emulator.node("node1")).isInstanceOf(NoSuchElementException.class);
            assertThat(emulator.<Integer>ask(core -> core.nodes().size())).isEqualTo(1);
        }
    }

    @Test
    void theSameSeedGivesTheSameIds() {
        try (Emulator one = Emulator.start(EmulatorOptions.instant().withSeed(5));
                Emulator other = Emulator.start(EmulatorOptions.instant().withSeed(5));
                Emulator third = Emulator.start(EmulatorOptions.instant().withSeed(6))) {
            assertThat(other.nodes())
                    .extracting(EmulatedNode::instanceId)
                    .isEqualTo(
                            one.nodes().stream().map(EmulatedNode::instanceId).toList());
            assertThat(third.node("node1").instanceId())
                    .isNotEqualTo(one.node("node1").instanceId());
        }
    }

    @Test
    void anUnsignedRequestIsAnAuthFailure() {
        try (Emulator emulator = Emulator.start(EmulatorOptions.instant())) {
            HttpResponse<String> answer = Http.call("POST", emulator.ec2Endpoint(), "/", "Action=DescribeVpcs");

            assertThat(answer.statusCode()).isEqualTo(401);
            assertThat(answer.body()).contains("<Code>AuthFailure</Code>");
        }
    }

    @Test
    void anUnknownTypeStopsTheStart() {
        assertThatThrownBy(() -> Emulator.start(EmulatorOptions.instant().withInstanceType("z9.huge")))
                .isInstanceOf(CloudError.class);
    }

    @Test
    void theClockNeverGoesBackForTheModel() {
        List<Instant> times = new java.util.ArrayList<>(
                List.of(Instant.ofEpochSecond(100), Instant.ofEpochSecond(50), Instant.ofEpochSecond(60)));
        EmulatorOptions options = EmulatorOptions.instant()
                .withNodes(0)
                .withClock(() -> times.size() > 1 ? times.removeFirst() : times.getFirst());
        try (Emulator emulator = Emulator.start(options)) {
            Instant first = emulator.decide((core, now) -> now);
            Instant second = emulator.decide((core, now) -> now);

            assertThat(second).isAfterOrEqualTo(first);
        }
    }
}
