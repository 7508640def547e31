package io.vpccni.branch;

import io.vpccni.vpc.EniId;
import io.vpccni.vpc.MacAddress;
import io.vpccni.vpc.SubnetId;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * An instance, as far as a trunk needs it.
 *
 * @param subnet of its first interface
 * @param groups of its first interface
 * @param tracking of its first interface; branches get the same, so that connections last as long as on the node
 */
public record InstanceFacts(
        String id,
        String type,
        SubnetId subnet,
        SecurityGroups groups,
        Optional<ConnectionTracking> tracking,
        List<Interface> interfaces) {

    /** Time-outs of idle connections in seconds; 0 is EC2's default. */
    public record ConnectionTracking(int tcpEstablished, int udpStream, int udp) {}

    /** @param card network card, where device indexes count */
    public record Interface(EniId id, MacAddress mac, boolean trunk, int card, int deviceIndex, SubnetId subnet) {}

    public InstanceFacts {
        interfaces = List.copyOf(interfaces);
    }

    public Optional<Interface> trunk() {
        return interfaces.stream().filter(Interface::trunk).findFirst();
    }

    /**
     * Where a trunk goes: the highest free index of card 0. Node daemons take the lowest, so that the two seldom meet.
     *
     * @param slots device indexes that card 0 has
     */
    public Optional<Integer> freeIndex(int slots) {
        Set<Integer> taken = interfaces.stream()
                .filter(present -> present.card() == 0)
                .map(Interface::deviceIndex)
                .collect(Collectors.toSet());
        return IntStream.iterate(slots - 1, index -> index > 0, index -> index - 1)
                .filter(index -> !taken.contains(index))
                .boxed()
                .findFirst();
    }
}
