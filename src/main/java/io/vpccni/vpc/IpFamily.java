package io.vpccni.vpc;

/** The family of the pods' addresses: one on a node, as the cluster has it. */
public enum IpFamily {
    IPV4,
    IPV6
}
