package io.vpccni.emulator.cloud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vpccni.emulator.cloud.Ec2Request.AttachNetworkInterface;
import io.vpccni.emulator.cloud.Ec2Request.CreateNetworkInterface;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class MirrorOfAWorldTest {
    private final TestCloud original = TestCloud.of("m5.large");
    private final Cloud mirror = Cloud.mirror(original.cloud.world());

    @Test
    void whatIsNewAndWhatIsGoneShowsOnItsWire() {
        NetworkInterface eni = attached(1);

        mirror.show(original.cloud.world(), original.now);

        assertThat(mirror.wireNow()).isEqualTo(original.cloud.wireNow());
        assertThat(mirror.drainChanges())
                .singleElement()
                .isInstanceOfSatisfying(
                        WireChange.EniAttached.class,
                        change -> assertThat(change.eni().eniId()).isEqualTo(eni.id()));

        mirror.show(original.cloud.world().withoutInterface(eni.id()), original.now);

        assertThat(mirror.drainChanges())
                .singleElement()
                .isInstanceOfSatisfying(
                        WireChange.EniDetached.class,
                        change -> assertThat(change.eniId()).isEqualTo(eni.id()));
    }

    /** The link of the second would have the name of the first. */
    @Test
    void aLinkGoesBeforeAnotherComesToItsPlace() {
        NetworkInterface before = attached(1);
        mirror.show(original.cloud.world(), original.now);
        mirror.drainChanges();
        World without = original.cloud.world().withoutInterface(before.id());
        NetworkInterface after = original.create().withAttachment(before.attachment());

        mirror.show(without.with(after), original.now);

        assertThat(mirror.drainChanges())
                .extracting(change -> change.getClass().getSimpleName())
                .containsExactly("EniDetached", "EniAttached");
    }

    @Test
    void theSameWorldAgainIsNoChange() {
        mirror.show(original.cloud.world(), original.now);

        assertThat(mirror.drainChanges()).isEmpty();
    }

    @Test
    void itChangesByWhatItShowsOnly() {
        World before = mirror.world();
        String subnet = original.subnet();

        for (Runnable change : List.<Runnable>of(
                () -> mirror.call(CreateNetworkInterface.in(subnet), original.now),
                () -> mirror.addNode("m5.large", original.now),
                () -> mirror.removeNode(original.node.id(), original.now),
                () -> mirror.occupy(subnet, new Occupation.Count(1), original.now),
                () -> mirror.vacate(subnet, List.of(), original.now))) {
            assertThatThrownBy(change::run)
                    .isInstanceOfSatisfying(
                            CloudError.class, error -> assertThat(error.code()).isEqualTo("UnsupportedOperation"));
        }
        assertThat(mirror.world()).isEqualTo(before);
        assertThatThrownBy(() -> original.cloud.show(before, original.now)).isInstanceOf(IllegalStateException.class);
    }

    private NetworkInterface attached(int deviceIndex) {
        NetworkInterface eni = original.create();
        original.call(new AttachNetworkInterface(eni.id(), original.node.id(), deviceIndex, 0));
        return Objects.requireNonNull(original.cloud.world().interfaces().get(eni.id()));
    }
}
