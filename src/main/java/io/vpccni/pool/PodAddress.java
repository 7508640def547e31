package io.vpccni.pool;

import io.vpccni.vpc.Eni;
import io.vpccni.vpc.IpAddress;

/** An address and the interface that carries it, which says which route table the pod uses. */
public record PodAddress(IpAddress address, Eni eni) {}
