package io.vpccni.daemon;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.BackPressureStrategy;
import io.smallrye.mutiny.subscription.Cancellable;
import io.vpccni.dataplane.BranchesOnHost;
import io.vpccni.dataplane.HostPlan;
import io.vpccni.dataplane.PodOnHost;
import io.vpccni.dataplane.PodsOnHost;
import io.vpccni.dataplane.Repair;
import io.vpccni.kernel.NodeNetwork;
import io.vpccni.kernel.NodeNetwork.Part;
import io.vpccni.loop.Chores;
import io.vpccni.pool.AddressState;
import io.vpccni.pool.Assignment;
import io.vpccni.pool.PodAddress;
import io.vpccni.pool.PoolView;
import io.vpccni.pool.PoolView.EniView;
import io.vpccni.vpc.Eni;
import io.vpccni.vpc.EniId;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.Ipv4Cidr;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Keeps the host's network as it has to be: looks soon after somebody else changed something there, and again and again, since
 * not everything is told. What was wrong is repaired, logged and counted.
 *
 * <p>It compares all that is wanted with all that is there, whatever made it look.
 */
final class HostUpkeep implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(HostUpkeep.class);

    private static final Duration PERIOD = Duration.ofSeconds(30);

    /** Whoever flushes rules has not finished with the first one. */
    private static final Duration SETTLING = Duration.ofMillis(500);

    /** For a firewall that nobody tells of. */
    private static final Duration FIREWALL_PERIOD = Duration.ofSeconds(3);

    /** A look at a large firewall takes long: at most a fiftieth of the time is spent on it. */
    private static final int FIREWALL_REST = 50;

    /** As often as the reference. */
    static final Duration CIDRS_PERIOD = Duration.ofSeconds(30);

    private final NodeNetwork network;
    private final Supplier<PoolView> pool;
    private final Supplier<BranchesOnHost> branches;
    private final Supplier<NodeObserver> observer;
    private final Chores chores = new Chores();
    private final List<Cancellable> looking = new ArrayList<>();
    private volatile HostPlan plan;

    HostUpkeep(
            NodeNetwork network,
            HostPlan plan,
            Supplier<PoolView> pool,
            Supplier<BranchesOnHost> branches,
            Supplier<NodeObserver> observer) {
        this.branches = branches;
        this.network = network;
        this.plan = plan;
        this.pool = pool;
        this.observer = observer;
    }

    /** Begins. */
    void begin() {
        look(Part.ROUTING, this::repairRouting);
        look(Part.FIREWALL, this::repairFirewall);
        looking.add(Uni.createFrom()
                .deferred(this::pollFirewall)
                .repeat()
                .indefinitely()
                .subscribe()
                .with(_ -> {}, HostUpkeep::ended));
    }

    /** Whatever is told while a look is under way leads to one more. */
    private void look(Part part, Supplier<Uni<Void>> repair) {
        Multi<Boolean> disturbed = Multi.createFrom()
                .emitter(emitter -> network.whenDisturbed(part, () -> emitter.emit(true)), BackPressureStrategy.LATEST);
        Multi<Boolean> sometimes =
                Multi.createFrom().ticks().every(PERIOD).onOverflow().drop().map(_ -> true);
        looking.add(Multi.createBy()
                .merging()
                .withRequests(1)
                .streams(disturbed, sometimes)
                .onItem()
                .transformToUniAndConcatenate(_ -> pause(SETTLING).chain(repair::get))
                .subscribe()
                .with(_ -> {}, HostUpkeep::ended));
    }

    private static Uni<Void> pause(Duration time) {
        return Uni.createFrom().voidItem().onItem().delayIt().by(time);
    }

    private static void ended(Throwable failure) {
        LOG.errorf(failure, "nobody repairs the host's network any more");
    }

    private Uni<Void> repairRouting() {
        return reported(network.repairHost(plan, this::enis))
                .chain(() -> reported(network.repairPods(plan.family(), this::pods)));
    }

    private Uni<Void> repairFirewall() {
        return reported(network.repairFirewall(plan));
    }

    private Uni<Void> pollFirewall() {
        long begun = System.nanoTime();
        Uni<Void> look = network.tells(Part.FIREWALL) ? Uni.createFrom().voidItem() : repairFirewall();
        return look.chain(() -> {
            Duration rest = Duration.ofNanos(System.nanoTime() - begun).multipliedBy(FIREWALL_REST);
            return pause(rest.compareTo(FIREWALL_PERIOD) > 0 ? rest : FIREWALL_PERIOD);
        });
    }

    private Uni<Void> reported(Uni<List<Repair>> look) {
        return look.invoke(repairs -> {
                    repairs.forEach(repair -> LOG.warnf("repaired on the host: %s", repair.what()));
                    if (!repairs.isEmpty()) {
                        observer.get().repaired(repairs);
                    }
                })
                .onFailure()
                .invoke(failure -> LOG.warnf("the host's network cannot be looked after: %s", failure.getMessage()))
                .onFailure()
                .recoverWithNull()
                .replaceWithVoid();
    }

    /** The interfaces that serve; a new one is wired first, and one that is lost has nothing to repair. */
    private List<Eni> enis() {
        return serving().filter(eni -> !eni.isPrimary()).toList();
    }

    private Stream<Eni> serving() {
        return pool.get().enis().stream()
                .filter(eni -> eni.wired() && !eni.lost())
                .map(EniView::eni);
    }

    private PodsOnHost pods() {
        Set<EniId> serving = serving().map(Eni::id).collect(Collectors.toSet());
        List<PodOnHost> pods = new ArrayList<>();
        for (Assignment has : pool.get().assignments()) {
            LinkNames hashes = new LinkNames("", has.sandbox(), has.pod());
            int index = 0;
            for (PodAddress address : has.addresses()) {
                // Of an interface that is not here nobody knows the table.
                if (serving.contains(address.eni().id())) {
                    pods.add(new PodOnHost(address.address(), address.eni().routeTable(), hashes.name(index)));
                }
                index++;
            }
        }
        return new PodsOnHost(pods, idle(), branches.get());
    }

    private Set<IpAddress> idle() {
        Set<IpAddress> idle = new HashSet<>();
        for (EniView eni : pool.get().enis()) {
            eni.addresses().forEach((address, state) -> {
                if (state instanceof AddressState.Free || state instanceof AddressState.Cooling) {
                    idle.add(address);
                }
            });
        }
        return idle;
    }

    /** Has the host follow the networks of the VPC. An answer without any proves nothing. */
    void followCidrs(Supplier<Uni<List<Ipv4Cidr>>> vpcCidrs, Duration period) {
        chores.every(
                period,
                "asking for the networks of the VPC",
                () -> vpcCidrs.get().chain(this::follow));
    }

    private Uni<Void> follow(List<Ipv4Cidr> now) {
        HostPlan current = plan;
        if (now.isEmpty() || Set.copyOf(now).equals(Set.copyOf(current.vpcCidrs()))) {
            return Uni.createFrom().voidItem();
        }
        LOG.infof("the VPC has the networks %s now, and had %s", now, current.vpcCidrs());
        HostPlan next = current.withVpcCidrs(now);
        // Remembered once it is done: what fails is tried again.
        return network.setUpHost(next).invoke(() -> plan = next);
    }

    @Override
    public void close() {
        for (Part part : Part.values()) {
            network.whenDisturbed(part, () -> {});
        }
        looking.forEach(Cancellable::cancel);
        chores.close();
    }
}
