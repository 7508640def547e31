package io.vpccni.daemon;

/** The two links that connect a pod to the other address family. */
public record EgressPair(String hostLink, String hostMac, String ifName, String podMac) {}
