package io.vpccni.emulator.mirror;

import io.vpccni.emulator.WorldSource;
import io.vpccni.emulator.cloud.CloudError;
import io.vpccni.emulator.cloud.World;
import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import software.amazon.awssdk.services.ec2.model.NetworkInterface;

/**
 * Follows the nodes of one world at an EC2 endpoint: one DescribeNetworkInterfaces call each {@link #PAUSE}. When the endpoint
 * does not answer, or has lost a node, the world stays as it was seen last, and that is said once.
 */
public final class Mirror implements WorldSource {
    /** Between an answer and the next question: what is new at the endpoint shows that late at most. */
    public static final Duration PAUSE = Duration.ofMillis(500);

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
    private static final System.Logger LOG = System.getLogger(Mirror.class.getName());

    private final RemoteEc2 ec2;
    private final String name;
    private final List<String> nodes;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("emulator-mirror").factory());

    // All but the first world belong to that thread.
    private final World first;
    private World facts;
    private World latest;
    private final Set<String> said = new HashSet<>();
    private int failures;
    private String trouble = "";

    private Mirror(RemoteEc2 ec2, String name, List<String> nodes) {
        this.ec2 = ec2;
        this.name = name;
        this.nodes = nodes;
        this.facts = readFacts();
        this.first = look();
        this.latest = first;
    }

    /**
     * Finds or creates the nodes at the endpoint, which takes some seconds.
     *
     * @param world the name by which they are found again
     * @param instanceType of nodes that are created
     * @throws MirrorException when the endpoint does not answer or refuses
     */
    public static Mirror start(Account account, String world, int nodes, String instanceType) {
        List<String> names = IntStream.rangeClosed(1, nodes)
                .mapToObj(number -> "node" + number)
                .toList();
        RemoteEc2 ec2 = new RemoteEc2(account);
        try {
            Provision.complete(ec2, world, names, instanceType);
            return new Mirror(ec2, world, names);
        } catch (CloudError e) {
            ec2.close();
            throw new MirrorException(account.endpoint() + " has what cannot be mirrored: " + e.text());
        } catch (RuntimeException e) {
            ec2.close();
            throw e;
        }
    }

    @Override
    public URI endpoint() {
        return ec2.account().endpoint();
    }

    @Override
    public World world() {
        return first;
    }

    @Override
    public void follow(Consumer<World> listener) {
        later(PAUSE, listener);
    }

    private void later(Duration pause, Consumer<World> listener) {
        try {
            var unused = thread.schedule(() -> turn(listener), pause.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            // Closed.
        }
    }

    private void turn(Consumer<World> listener) {
        try {
            World seen = look();
            if (failures > 0) {
                LOG.log(System.Logger.Level.INFO, endpoint() + " answers again");
            }
            failures = 0;
            trouble = "";
            if (!seen.equals(latest)) {
                latest = seen;
                listener.accept(seen);
            }
        } catch (MirrorException e) {
            failed(String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            // An answer that makes no sense to us. The next one may, and nobody else would tell.
            failed(endpoint() + " is not understood: " + e);
        } finally {
            later(pauseAfter(failures), listener);
        }
    }

    private void failed(String why) {
        failures++;
        if (!why.equals(trouble)) {
            trouble = why;
            LOG.log(System.Logger.Level.WARNING, "the world stays as it was: " + why);
        }
    }

    /** {@link #PAUSE}, and after failures in a row twice as long each time, 10 seconds at most. */
    static Duration pauseAfter(int failures) {
        Duration pause = PAUSE.multipliedBy(1L << Math.min(failures, 10));
        return pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
    }

    private World look() {
        List<NetworkInterface> described = describe();
        if (Reading.isBeyond(facts, described)) {
            facts = readFacts();
        }
        Reading reading = Reading.of(facts, described);
        reading.lostNode().ifPresent(node -> {
            throw Provision.gone(ec2, name, node);
        });
        reading.oddities().stream()
                .filter(said::add)
                .forEach(oddity -> LOG.log(System.Logger.Level.WARNING, endpoint() + ": " + oddity));
        return reading.world();
    }

    private List<NetworkInterface> describe() {
        return ec2.interfaces(facts.vpcs().keySet().iterator().next());
    }

    private World readFacts() {
        return Reading.facts(ec2.account().region(), Provision.read(ec2, name, nodes));
    }

    @Override
    public void close() {
        thread.shutdownNow();
        ec2.close();
    }
}
