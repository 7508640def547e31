package io.vpccni.emulator.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WireTest {
    private static final Instant START = TestCloud.START;

    private final Map<String, Object> followed = new HashMap<>();

    /** Whoever follows all changes has what a newcomer is told, whatever was called. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void changesLeadToWhatIsOnTheWire(long seed) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        Cloud cloud = new Cloud(WorldPlan.usual(), seed);
        Instant now = START;
        followed.putAll(picture(cloud.wireNow()));
        TreeSet<String> kinds = new TreeSet<>();
        for (int i = 0; i < 2000; i++) {
            now = now.plusMillis(random.nextInt(200));
            turn(cloud, random, now);
            List<WireChange> changes = cloud.drainChanges();
            changes.forEach(change -> kinds.add(change.getClass().getSimpleName()));
            follow(followed, changes);

            assertThat(followed).as("seed %d, call %d", seed, i).isEqualTo(picture(cloud.wireNow()));
        }
        assertThat(kinds)
                .contains("BranchChanged", "BranchGone", "EniChanged", "EniDetached", "GroupChanged", "GroupGone");
    }

    private static Map<String, Object> picture(List<WireChange> changes) {
        Map<String, Object> picture = new HashMap<>();
        follow(picture, changes);
        return picture;
    }

    private static void follow(Map<String, Object> picture, List<WireChange> changes) {
        for (WireChange change : changes) {
            switch (change) {
                case WireChange.NodeAdded node ->
                    assertThat(picture.put(node.instanceId(), node)).isNull();
                case WireChange.NodeRemoved node ->
                    assertThat(picture.remove(node.instanceId())).isNotNull();
                case WireChange.EniAttached eni ->
                    assertThat(picture.put(eni.eni().eniId(), eni.eni()))
                            .as("attached once")
                            .isNull();
                case WireChange.EniChanged eni ->
                    assertThat(picture.put(eni.eni().eniId(), eni.eni()))
                            .as("changed while attached")
                            .isNotNull()
                            .isNotEqualTo(eni.eni());
                case WireChange.EniDetached eni ->
                    assertThat(picture.remove(eni.eniId())).isNotNull();
                case WireChange.BranchChanged branch -> {
                    assertThat(picture).containsKey(branch.branch().trunkEniId());
                    picture.put(branch.branch().eni().eniId(), branch.branch());
                }
                case WireChange.BranchGone branch ->
                    assertThat(picture.remove(branch.eniId())).isNotNull();
                case WireChange.GroupChanged group -> picture.put(group.group().id(), group.group());
                case WireChange.GroupGone group ->
                    assertThat(picture.remove(group.groupId())).isNotNull();
            }
        }
    }

    private static void turn(Cloud cloud, RandomGenerator random, Instant now) {
        List<String> nodes = List.copyOf(cloud.world().instances().keySet());
        try {
            if (nodes.isEmpty() || (nodes.size() < 3 && random.nextInt(20) == 0)) {
                cloud.addNode("m5.large", now);
            } else if (random.nextInt(100) == 0) {
                cloud.removeNode(nodes.get(random.nextInt(nodes.size())), now);
            } else {
                cloud.call(
                        request(cloud.world(), random, nodes),
                        now,
                        Duration.ofMillis(random.nextInt(500)),
                        Duration.ZERO);
            }
        } catch (CloudError e) {
            // A refusal changes nothing: the picture stays.
        }
    }

    private static Ec2Request request(World world, RandomGenerator random, List<String> nodes) {
        List<NetworkInterface> enis = new ArrayList<>(world.interfaces().values());
        NetworkInterface eni = any(enis, random);
        List<NetworkInterface> trunks =
                enis.stream().filter(NetworkInterface::isTrunk).toList();
        List<String> groups = List.copyOf(world.groups().keySet());
        Ec2Request.CreateNetworkInterface create =
                Ec2Request.CreateNetworkInterface.in(eni.subnetId()).withGroups(groups.getFirst());
        String attachment = eni.attachment() == null
                ? "eni-attach-0123456789abcdef0"
                : eni.attachment().id();
        // Few, so that calls meet.
        if (enis.size() > 12) {
            return new Ec2Request.DeleteNetworkInterface(eni.id());
        }
        return switch (random.nextInt(12)) {
            case 0, 1 -> create;
            case 2 -> create.withInterfaceType("trunk");
            case 3 -> new Ec2Request.AttachNetworkInterface(eni.id(), any(nodes, random), 1 + random.nextInt(2), 0);
            case 4 -> new Ec2Request.DetachNetworkInterface(attachment, true);
            case 5, 6 ->
                new Ec2Request.AssociateTrunkInterface(
                        eni.id(),
                        trunks.isEmpty() ? eni.id() : any(trunks, random).id(),
                        1 + random.nextInt(20),
                        null);
            case 7 ->
                new Ec2Request.DisassociateTrunkInterface(
                        eni.association() == null
                                ? "trunk-assoc-0123456789abcdef0"
                                : eni.association().id(),
                        null);
            case 8 -> new Ec2Request.DeleteNetworkInterface(eni.id());
            case 9 ->
                new Ec2Request.ModifyNetworkInterfaceAttribute(
                        eni.id(), List.of(any(groups, random)), null, null, null);
            case 10 -> new Ec2Request.DeleteSecurityGroup(any(groups, random));
            default -> new Ec2Request.CreateSecurityGroup("g" + random.nextInt(30), "", eni.vpcId(), Map.of());
        };
    }

    private static <T> T any(List<T> all, RandomGenerator random) {
        return all.get(random.nextInt(all.size()));
    }
}
