package io.vpccni.api;

import io.vpccni.api.proto.v1.CniRequest;
import io.vpccni.pool.Sandbox;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * One call of a plugin, checked: what the environment and stdin said.
 *
 * @param namespace file of the pod's network namespace; empty for DEL when it is gone
 */
record CniCall(NetConf conf, CniArgs args, Sandbox sandbox, Path namespace) {

    private static final Pattern CONTAINER_ID = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.\\-]{0,255}");

    /** Longest name of a link in Linux: IFNAMSIZ without its closing zero. */
    private static final int LONGEST_LINK_NAME = 15;

    static CniCall parse(CniRequest request, String defaultVethPrefix) {
        NetConf conf = NetConf.parse(request.getConfig().toByteArray(), defaultVethPrefix);
        Sandbox sandbox = new Sandbox(conf.name(), containerId(request.getContainerId()), ifName(request.getIfName()));
        return new CniCall(conf, CniArgs.parse(request.getArgs()), sandbox, Path.of(netns(request.getNetns())));
    }

    static String containerId(String id) {
        if (!CONTAINER_ID.matcher(id).matches()) {
            throw new CniError(
                    CniError.INVALID_ENVIRONMENT,
                    "invalid characters in containerID",
                    "CNI_CONTAINERID starts with a letter or digit and goes on with those, \"_\", \".\" or \"-\", at most 256");
        }
        return id;
    }

    static String ifName(String name) {
        if (name.isEmpty()
                || name.length() > LONGEST_LINK_NAME
                || name.equals(".")
                || name.equals("..")
                || !name.chars().allMatch(c -> c > ' ' && c < 127 && c != '/' && c != ':')) {
            throw new CniError(
                    CniError.INVALID_ENVIRONMENT,
                    "invalid interface name",
                    "CNI_IFNAME has 1 to 15 printable characters without \"/\", \":\" and blanks");
        }
        return name;
    }

    static String netns(String path) {
        if (path.length() > 4096 || path.indexOf('\0') >= 0 || (!path.isEmpty() && !path.startsWith("/"))) {
            throw new CniError(
                    CniError.INVALID_ENVIRONMENT,
                    "invalid network namespace",
                    "CNI_NETNS is an absolute path of at most 4096 characters");
        }
        return path;
    }
}
