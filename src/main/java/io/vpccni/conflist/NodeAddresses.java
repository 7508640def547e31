package io.vpccni.conflist;

import io.vpccni.vpc.Ipv4Address;
import io.vpccni.vpc.Ipv6Address;
import java.util.Optional;

/** The addresses of the node's first interface; it may have no IPv6 one. */
public record NodeAddresses(Ipv4Address ipv4, Optional<Ipv6Address> ipv6) {}
