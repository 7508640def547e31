package io.vpccni.daemon;

import io.smallrye.mutiny.Uni;
import io.vpccni.dataplane.LiveLinks;
import io.vpccni.testing.VirtualTime;
import io.vpccni.vpc.EniId;
import io.vpccni.vpc.IpAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;

/** The links of a node and what is routed to them. It takes one step of a pod after the other, and outlives the daemon. */
final class SimulatedKernel {

    private final VirtualTime time;
    private final Map<String, Set<IpAddress>> links = new TreeMap<>();
    private final Set<EniId> wired = new HashSet<>();
    private Instant busyUntil = Instant.EPOCH;

    SimulatedKernel(VirtualTime time) {
        this.time = time;
    }

    /** The link of a name is made anew: whatever had the name is gone. */
    Uni<Void> connect(String link, IpAddress address, int millis, BooleanSupplier alive) {
        return step(millis, alive, () -> {
            links.values().forEach(routed -> routed.remove(address));
            links.put(link, new TreeSet<>(Set.of(address)));
        });
    }

    Uni<Void> disconnect(List<IpAddress> addresses, List<String> hostLinks, BooleanSupplier alive) {
        return step(1, alive, () -> {
            links.values().forEach(routed -> routed.removeAll(addresses));
            links.keySet().removeAll(hostLinks);
        });
    }

    private Uni<Void> step(int millis, BooleanSupplier alive, Runnable what) {
        Instant start = busyUntil.isAfter(time.now()) ? busyUntil : time.now();
        busyUntil = start.plusMillis(millis);
        return time.later(Duration.between(time.now(), busyUntil), alive, () -> {
            what.run();
            return Uni.createFrom().voidItem();
        });
    }

    /** The runtime removes a pod's namespace, and the links with it. */
    void remove(List<String> hostLinks) {
        links.keySet().removeAll(hostLinks);
    }

    /** A program of the host removes all routes that it did not make. */
    void flushRoutes() {
        links.values().forEach(Set::clear);
    }

    LiveLinks live() {
        return new LiveLinks(links);
    }

    int links() {
        return links.size();
    }

    void wire(EniId eni) {
        wired.add(eni);
    }

    void unwire(EniId eni) {
        wired.remove(eni);
    }

    boolean isWired(EniId eni) {
        return wired.contains(eni);
    }
}
