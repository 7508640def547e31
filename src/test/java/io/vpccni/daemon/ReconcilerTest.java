package io.vpccni.daemon;

import static io.vpccni.daemon.NodeFixture.LONG;
import static io.vpccni.daemon.NodeFixture.done;
import static io.vpccni.daemon.NodeFixture.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.emulator.cloud.AddressWish;
import io.vpccni.emulator.cloud.Block;
import io.vpccni.emulator.cloud.Ec2Request;
import io.vpccni.emulator.imds.Lies;
import io.vpccni.explain.ApiCall;
import io.vpccni.pool.AddressState;
import io.vpccni.pool.Assignment;
import io.vpccni.pool.PoolView;
import io.vpccni.testing.Eventually;
import io.vpccni.vpc.IpAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A running daemon, and others who change what it has. IMDS is looked at every second. */
class ReconcilerTest {

    /** What EC2 and IMDS may not show yet is no difference for a minute. */
    private static final Duration LAG = Duration.ofSeconds(61);

    /** Secondary addresses of one interface of the node. */
    private static final int SLOTS = 9;

    private NodeFixture nodes;
    private Node node;
    private final AtomicInteger metadata = new AtomicInteger();

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        nodes = new NodeFixture(folder);
        node = nodes.start(Map.of(
                "VPCCNI_RECONCILE_PERIOD", "1",
                "WARM_IP_TARGET", "4",
                "MINIMUM_IP_TARGET", "4",
                "DISABLE_LEAKED_ENI_CLEANUP", "true"));
        Eventually.get("four addresses", this::addresses, found -> found.size() == 4);
        Eventually.get("the start's look and that for security groups", this::looks, count -> count >= 2);
        nodes.pass(LAG, node);
        node.observe(new NodeObserver() {
            @Override
            public void callEnded(ApiCall call) {
                if (!call.isToEc2()) {
                    metadata.incrementAndGet();
                }
            }
        });
    }

    @AfterEach
    void close() {
        nodes.close();
    }

    @Test
    void anAddressThatSomebodyTookIsNoticedAndReplaced() throws Exception {
        IpAddress taken = addresses().iterator().next();

        unassign(taken);

        Set<IpAddress> after =
                Eventually.get("another one", this::addresses, found -> found.size() == 4 && !found.contains(taken));
        assertThat(after).isEqualTo(ofEc2());
    }

    @Test
    void anAddressThatSomebodyAddedIsTakenInOrGivenBackButNeverForgotten() throws Exception {
        String eni = nodes.interfaces().getFirst().id();
        nodes.call(new Ec2Request.AssignPrivateIpAddresses(eni, AddressWish.count(2), false));

        Eventually.get("EC2 and the pool agree", this::addresses, found -> found.equals(ofEc2()));
    }

    @Test
    void aPodKeepsAnAddressThatSomebodyTookAndNobodyElseGetsIt() throws Exception {
        Assignment pod = done(node.add(request(1, LONG)));

        unassign(pod.address());
        Eventually.get("four free ones again", this::addresses, found -> found.size() == 5 && ofEc2().size() == 4);

        assertThat(done(node.add(request(1, LONG))).address()).isEqualTo(pod.address());
        List<Assignment> others = done(NodeFixture.burst(node, 5)).subList(1, 5);
        assertThat(others).extracting(Assignment::address).doesNotContain(pod.address());
    }

    @Test
    void aLieOfImdsCostsOneLookAndNoAddress() throws Exception {
        IpAddress hidden = addresses().iterator().next();
        Set<IpAddress> before = addresses();
        long looks = looks();

        nodes.emulator.run(core ->
                core.lies().tell(core.nodes().getFirst().id(), new Lies.Lie.Hide(Block.parse(hidden.toString()))));
        Eventually.get("a look", this::looks, count -> count > looks);
        int asked = metadata.get();
        Eventually.get("more comparisons", metadata::get, count -> count > asked + 100);

        assertThat(addresses()).isEqualTo(before);
        assertThat(looks()).as("EC2 is asked once about one lie").isEqualTo(looks + 1);
        assertThat(node.view().orElseThrow().count(AddressState.OnHold.class)).isZero();
    }

    @Test
    void anInterfaceThatSomebodyDeletedIsForgottenAndReplaced() throws Exception {
        done(NodeFixture.burst(node, 12));
        Eventually.get("a second interface", nodes::interfaces, found -> found.size() == 2);
        nodes.pass(LAG, node);
        String second = nodes.interfaces().getLast().id();

        nodes.emulator.decide((core, now) -> {
            core.somebodyElse().delete(second, now);
            return second;
        });
        Eventually.get("EC2 asked", this::looks, count -> count > 1);
        nodes.pass(Duration.ofSeconds(11), node);

        Eventually.get(
                "the deleted one marked as lost",
                () -> node.view().orElseThrow(),
                view -> view.enis().stream().anyMatch(PoolView.EniView::lost));
        assertThat(node.view().orElseThrow().assignments())
                .as("no pod has lost its address")
                .hasSize(12);

        List<Assignment> more = done(NodeFixture.burst(node, 12 + SLOTS)).subList(12, 12 + SLOTS);

        assertThat(more).extracting(pod -> pod.eni().id().toString()).doesNotContain(second);
        assertThat(nodes.interfaces())
                .as("the first serves pods already and has not so many slots left")
                .hasSizeGreaterThan(1);
    }

    private void unassign(IpAddress address) {
        String eni = nodes.interfaces().getFirst().id();
        nodes.emulator.decide((core, now) -> {
            core.somebodyElse().unassign(eni, List.of(address.toString()), now);
            return eni;
        });
    }

    private long looks() {
        return nodes.emulator.ask(core -> core.journal().calls("DescribeNetworkInterfaces"));
    }

    private Set<IpAddress> addresses() {
        PoolView view = node.view().orElseThrow();
        Set<IpAddress> all = new TreeSet<>();
        view.enis().forEach(eni -> all.addAll(eni.addresses().keySet()));
        return all;
    }

    private Set<IpAddress> ofEc2() {
        Set<IpAddress> all = new TreeSet<>();
        nodes.interfaces()
                .forEach(eni -> eni.addresses().stream()
                        .skip(1)
                        .forEach(address -> all.add(IpAddress.parse(address.toString()))));
        return all;
    }
}
