package io.vpccni.daemon;

import io.vpccni.dataplane.PodLink;
import io.vpccni.pool.PodName;
import io.vpccni.pool.Sandbox;

/** Which link on the host is a sandbox's. */
public final class HostLink {

    private HostLink() {}

    /** The name of the host end of a pod's pair. The container id stands for a pod that nobody named. */
    public static String name(String vethPrefix, Sandbox sandbox, PodName pod) {
        return pod.isKnown()
                ? PodLink.name(vethPrefix, pod.namespace(), pod.name())
                : PodLink.name(vethPrefix, "", sandbox.containerId());
    }

    /** What a name has behind its prefix, which may have been configured differently in an earlier life. */
    public static String hash(String name) {
        return name.substring(Math.max(0, name.length() - PodLink.HASH_LENGTH));
    }
}
