package io.vpccni.pool;

import io.vpccni.vpc.Eni;
import io.vpccni.vpc.IpAddress;
import java.time.Instant;
import java.util.List;

/**
 * What a pod has.
 *
 * @param addresses one, or one on each network card, in the order of the cards
 * @param since when they were assigned
 */
public record Assignment(Sandbox sandbox, PodName pod, List<PodAddress> addresses, Instant since) {

    public Assignment {
        addresses = List.copyOf(addresses);
        if (addresses.isEmpty()) {
            throw new IllegalArgumentException(sandbox + " of " + pod + " is assigned nothing");
        }
    }

    /** The usual case: one address. */
    public Assignment(Sandbox sandbox, PodName pod, IpAddress address, Eni eni, Instant since) {
        this(sandbox, pod, List.of(new PodAddress(address, eni)), since);
    }

    /** The pod's address, which other pods and services know. */
    public IpAddress address() {
        return addresses.getFirst().address();
    }

    /** The interface of {@link #address}. */
    public Eni eni() {
        return addresses.getFirst().eni();
    }

    /** Whether {@code address} is one of the pod's. */
    public boolean has(IpAddress address) {
        return addresses.stream().anyMatch(own -> own.address().equals(address));
    }
}
