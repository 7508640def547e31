package io.vpccni.daemon;

import io.vpccni.dataplane.PodLink;
import io.vpccni.pool.PodName;
import io.vpccni.pool.Sandbox;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Which links on the host are a sandbox's: the host ends of its pairs, one for each network card it is on. The container id
 * stands for a pod that nobody named.
 */
public record LinkNames(String vethPrefix, Sandbox sandbox, PodName pod) {

    /** The link of the pod's first interface. */
    public String first() {
        return name(0);
    }

    /** The link of the pod's interface {@code index}, counted from 0. */
    public String name(int index) {
        String namespace = pod.isKnown() ? pod.namespace() : "";
        String name = pod.isKnown() ? pod.name() : sandbox.containerId();
        return PodLink.name(vethPrefix, namespace, index == 0 ? name : name + "." + index);
    }

    /** The links of the first {@code count} interfaces. */
    public List<String> names(int count) {
        return IntStream.range(0, count).mapToObj(this::name).toList();
    }

    /** What a name has behind its prefix, which may have been configured differently in an earlier life. */
    public static String hash(String name) {
        return name.substring(Math.max(0, name.length() - PodLink.HASH_LENGTH));
    }
}
