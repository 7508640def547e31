package io.vpccni.daemon;

import io.vpccni.pool.Sandbox;
import io.vpccni.vpc.IpFamily;
import java.nio.file.Path;

/**
 * A container that has egress in the other address family, or is to have it.
 *
 * @param family of the node's address that targets see
 * @param namespace file of the pod's network namespace; empty when it is gone
 * @param args CNI_ARGS, for the plugin that gives addresses
 * @param path CNI_PATH, where to look for it too
 * @param config the network configuration, JSON, for the same
 * @param dataDir where that plugin keeps its state
 */
public record EgressRequest(
        Sandbox sandbox, IpFamily family, Path namespace, String args, String path, String config, Path dataDir) {}
