package io.vpccni.pool;

import io.vpccni.vpc.Eni;
import io.vpccni.vpc.Ipv4Address;
import java.time.Instant;

/**
 * An address in a pod's hands.
 *
 * @param eni the interface that carries the address; it says which route table the pod uses
 * @param since when it was assigned
 */
public record Assignment(Sandbox sandbox, PodName pod, Ipv4Address address, Eni eni, Instant since) {}
