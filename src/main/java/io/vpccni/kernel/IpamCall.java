package io.vpccni.kernel;

import java.nio.file.Path;
import java.util.List;

/**
 * What a plugin for addresses is called with.
 *
 * @param network the name of the CNI network
 * @param container the runtime's id of the sandbox: CNI_CONTAINERID
 * @param ifName CNI_IFNAME
 * @param namespace CNI_NETNS; empty when it is gone
 * @param args CNI_ARGS
 * @param path CNI_PATH
 * @param folders where to look for the plugin, in this order
 * @param config the network configuration with its {@code ipam} part, JSON
 * @param dataDir where the plugin keeps its state
 */
public record IpamCall(
        String network,
        String container,
        String ifName,
        Path namespace,
        String args,
        String path,
        List<Path> folders,
        String config,
        Path dataDir) {

    public IpamCall {
        folders = List.copyOf(folders);
    }

    /** The same for another container of the network, whose namespace is gone. */
    IpamCall about(IpamState.Owner owner) {
        return new IpamCall(
                network, owner.container(), owner.ifName(), Path.of(""), "", path, folders, config, dataDir);
    }
}
