package io.vpccni.dataplane;

import io.vpccni.vpc.IpAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * What a pod has on the host: a route by its link and up to two rules.
 *
 * @param routeTable table that traffic from the pod uses; 254 is main
 * @param linkHash what the name of its link ends with; what it begins with was a setting when the pod was born
 */
public record PodOnHost(IpAddress address, int routeTable, String linkHash) {

    public StaticRoute route() {
        return StaticRoute.onLink(address, PolicyRule.MAIN);
    }

    public List<PolicyRule> rules() {
        List<PolicyRule> rules = new ArrayList<>();
        rules.add(PolicyRule.toPod(address));
        if (routeTable != PolicyRule.MAIN) {
            rules.add(PolicyRule.fromPod(address, routeTable));
        }
        return List.copyOf(rules);
    }
}
