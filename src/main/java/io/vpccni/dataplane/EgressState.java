package io.vpccni.dataplane;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the kernel shows of a pod's egress.
 *
 * @param podEnd the interface inside the pod
 * @param hostEnd the link that the host's route to the pod leads to, whatever its name
 * @param areConnected whether the two are ends of one pair
 * @param chain the text of {@code iptables -t nat -S CHAIN}; empty without the chain
 * @param postrouting the text of {@code iptables -t nat -S POSTROUTING}
 */
public record EgressState(
        Optional<End> podEnd, Optional<End> hostEnd, boolean areConnected, String chain, String postrouting) {

    /**
     * One end of the pair.
     *
     * @param addresses as {@code ip address} prints them
     */
    public record End(String name, boolean up, int mtu, Set<String> addresses, Set<StaticRoute> routes) {}

    /** What is missing or different from {@code plan}, one sentence each. */
    public List<String> differencesFrom(EgressPlan plan) {
        List<String> sentences = new ArrayList<>();
        podEnd.ifPresentOrElse(
                end -> comparePod(sentences, end, plan),
                () -> sentences.add("pod interface " + plan.ifName() + " does not exist"));
        hostEnd.ifPresentOrElse(
                end -> compareUpAndMtu(sentences, "host link " + end.name(), end, plan),
                () -> sentences.add("the host lacks the route \"%s\"".formatted(plan.hostRoute())));
        if (podEnd.isPresent() && hostEnd.isPresent() && !areConnected) {
            sentences.add("host link %s is not the other end of pod interface %s"
                    .formatted(hostEnd.get().name(), plan.ifName()));
        }
        sentences.addAll(plan.snat().differences(chain, postrouting));
        return List.copyOf(sentences);
    }

    private void comparePod(List<String> sentences, End end, EgressPlan plan) {
        String name = "pod interface " + plan.ifName();
        compareUpAndMtu(sentences, name, end, plan);
        if (!end.addresses().contains(plan.given().toString())) {
            sentences.add("%s lacks the address %s".formatted(name, plan.given()));
        }
        plan.podRoutes().stream()
                .filter(route -> !end.routes().contains(route))
                .filter(route -> !leadsToHostEnd(route, end))
                .forEach(route -> sentences.add("%s lacks the route \"%s\"".formatted(name, route)));
    }

    // The reference's pairs have other MAC addresses, and so another link-local gateway.
    private boolean leadsToHostEnd(StaticRoute wanted, End end) {
        return wanted.isDefault()
                && end.routes().stream()
                        .filter(StaticRoute::isDefault)
                        .flatMap(route -> route.gateway().stream())
                        .anyMatch(gateway -> hostEnd.stream()
                                .flatMap(host -> host.addresses().stream())
                                .anyMatch(address -> address.startsWith(gateway + "/")));
    }

    private static void compareUpAndMtu(List<String> sentences, String name, End end, EgressPlan plan) {
        if (!end.up()) {
            sentences.add(name + " is down");
        }
        if (end.mtu() != plan.pod().mtu()) {
            sentences.add("%s has MTU %d instead of %d"
                    .formatted(name, end.mtu(), plan.pod().mtu()));
        }
    }
}
