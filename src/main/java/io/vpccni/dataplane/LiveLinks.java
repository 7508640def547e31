package io.vpccni.dataplane;

import io.vpccni.vpc.IpAddress;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The links on the host that lead into pods, as the kernel shows them.
 *
 * <p>A link says that its pod lives, whatever became of the routes: other programs of the host are known to remove those. A route
 * says which address the pod has.
 *
 * @param addresses what the main table routes to each link, by the link's name; nothing where somebody took the routes away
 */
public record LiveLinks(Map<String, Set<IpAddress>> addresses) {

    /** A host without pods. */
    public static final LiveLinks NONE = new LiveLinks(Map.of());

    public LiveLinks {
        addresses = Collections.unmodifiableMap(new TreeMap<>(addresses));
    }

    /**
     * What the names of pods' links begin with. Links that nothing is routed to may be others', and those of strict pods are none
     * of the firewall's.
     */
    public Set<String> prefixes() {
        return addresses.entrySet().stream()
                .filter(link -> !link.getValue().isEmpty())
                .map(Map.Entry::getKey)
                .filter(link -> EnforcingMode.of(link) != EnforcingMode.STRICT)
                .flatMap(link -> PodLink.prefix(link).stream())
                .collect(Collectors.toSet());
    }

    /** The link that an address is routed to. */
    public Optional<String> linkOf(IpAddress address) {
        return addresses.entrySet().stream()
                .filter(link -> link.getValue().contains(address))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /**
     * The link of a pod, which may be named with another prefix than today's.
     *
     * @param hash what the link's name ends with
     */
    public Optional<String> withHash(String hash) {
        return addresses.keySet().stream()
                .filter(link -> PodLink.hash(link).equals(hash))
                .findFirst();
    }

    /**
     * The live link of a pod that is said to have {@code address}: its own link, unless the host routes only other addresses to
     * it.
     */
    public Optional<String> of(String hash, IpAddress address) {
        return addresses.entrySet().stream()
                .filter(link -> PodLink.hash(link.getKey()).equals(hash))
                .filter(link -> link.getValue().isEmpty() || link.getValue().contains(address))
                .map(Map.Entry::getKey)
                .findFirst();
    }
}
