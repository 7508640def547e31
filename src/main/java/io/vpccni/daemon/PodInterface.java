package io.vpccni.daemon;

import io.vpccni.pool.Assignment;
import io.vpccni.pool.PodAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * One interface of a pod.
 *
 * @param index 0 for the first one, which has the default route
 * @param name inside the pod
 * @param hostLink the other end of the pair
 */
public record PodInterface(int index, String name, String hostLink, PodAddress has) {

    /** What the interfaces but the first are called, followed by their number. */
    private static final String FURTHER = "mNicIf";

    /** What the pod of an assignment has, in the order of the network cards. */
    public static List<PodInterface> of(Assignment assignment, LinkNames links) {
        List<PodInterface> interfaces = new ArrayList<>();
        for (PodAddress has : assignment.addresses()) {
            int index = interfaces.size();
            String name = index == 0 ? assignment.sandbox().ifName() : FURTHER + index;
            interfaces.add(new PodInterface(index, name, links.name(index), has));
        }
        return interfaces;
    }
}
