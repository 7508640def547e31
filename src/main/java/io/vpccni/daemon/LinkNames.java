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

    /** The interface that exists only in results: in it the reference's DEL finds the pod's device index. */
    public static String dummyOf(String firstLink) {
        return "dummy" + PodLink.hash(firstLink);
    }

    /** The links of the first {@code count} interfaces. */
    public List<String> names(int count) {
        return IntStream.range(0, count).mapToObj(this::name).toList();
    }
}
