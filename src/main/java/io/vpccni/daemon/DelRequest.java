package io.vpccni.daemon;

import io.vpccni.pool.Sandbox;
import io.vpccni.vpc.Ipv4Address;
import java.util.Optional;

/**
 * A pod is gone.
 *
 * @param hostLink host end of the pair to take down; empty when the caller does that itself
 * @param lastKnown the address that the runtime remembers, to clean up after a pod that we do not know
 */
public record DelRequest(Sandbox sandbox, Optional<String> hostLink, Optional<Ipv4Address> lastKnown) {}
