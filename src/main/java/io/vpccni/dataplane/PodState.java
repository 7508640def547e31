package io.vpccni.dataplane;

import io.vpccni.vpc.IpCidr;
import io.vpccni.vpc.MacAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the kernel shows of a pod.
 *
 * @param podEnd the interface inside the pod
 * @param hostEnd the link on the host
 * @param areConnected whether the two are ends of one pair
 * @param rules those that are about the pod's address
 */
public record PodState(
        Optional<Endpoint> podEnd, Optional<Endpoint> hostEnd, boolean areConnected, Set<PolicyRule> rules) {

    /** One end of the pair and what hangs on it. */
    public record Endpoint(
            boolean up,
            int mtu,
            MacAddress mac,
            Set<IpCidr> addresses,
            Set<StaticRoute> routes,
            Set<Neighbour> neighbours) {}

    /** What is missing or different from {@code plan}, one sentence each. */
    public List<String> differencesFrom(PodPlan plan) {
        PodAttachment pod = plan.pod();
        String podName = "pod interface " + pod.ifName();
        String hostName = "host link " + pod.hostLink();
        List<String> sentences = new ArrayList<>();
        compare(sentences, podName, podEnd, pod.mtu(), plan.podRoutes());
        podEnd.filter(end -> !end.addresses().equals(Set.of(plan.podAddress())))
                .ifPresent(end -> sentences.add("%s has the addresses %s instead of %s"
                        .formatted(podName, end.addresses(), plan.podAddress())));
        compare(sentences, hostName, hostEnd, pod.mtu(), List.of(plan.hostRoute()));
        if (podEnd.isPresent() && hostEnd.isPresent()) {
            comparePair(sentences, podName, podEnd.get(), hostName, hostEnd.get(), plan);
        }
        compareRules(sentences, Set.copyOf(plan.hostRules()));
        return List.copyOf(sentences);
    }

    private static void compare(
            List<String> sentences, String name, Optional<Endpoint> found, int mtu, List<StaticRoute> routes) {
        if (found.isEmpty()) {
            sentences.add(name + " does not exist");
            return;
        }
        Endpoint end = found.get();
        if (!end.up()) {
            sentences.add(name + " is down");
        }
        if (end.mtu() != mtu) {
            sentences.add("%s has MTU %d instead of %d".formatted(name, end.mtu(), mtu));
        }
        routes.stream()
                .filter(route -> !end.routes().contains(route))
                .forEach(route -> sentences.add("%s lacks the route \"%s\"".formatted(name, route)));
    }

    // Against the links' own MAC addresses, not the planned ones: the reference's plugin chooses others, and its pods
    // live
    // on. It also makes no entry on the host, where ARP then finds the pod; only a wrong entry is an error there.
    private void comparePair(
            List<String> sentences,
            String podName,
            Endpoint podSide,
            String hostName,
            Endpoint hostSide,
            PodPlan plan) {
        if (!areConnected) {
            sentences.add("%s is not the other end of %s".formatted(hostName, podName));
        }
        Neighbour gateway = new Neighbour(plan.gateway(), hostSide.mac());
        if (!podSide.neighbours().contains(gateway)) {
            sentences.add("%s lacks the permanent neighbour \"%s\"".formatted(podName, gateway));
        }
        hostSide.neighbours().stream()
                .filter(entry -> entry.address().equals(plan.pod().address()))
                .filter(entry -> !entry.mac().equals(podSide.mac()))
                .forEach(entry ->
                        sentences.add("%s has the wrong permanent neighbour \"%s\"".formatted(hostName, entry)));
    }

    private void compareRules(List<String> sentences, Set<PolicyRule> wanted) {
        wanted.stream()
                .filter(rule -> !rules.contains(rule))
                .map(rule -> "the host lacks the rule \"%s\"".formatted(rule))
                .sorted()
                .forEach(sentences::add);
        rules.stream()
                .filter(rule -> rule.priority() == PolicyRule.TO_POD || rule.priority() == PolicyRule.FROM_POD)
                .filter(rule -> !wanted.contains(rule))
                .map(rule -> "the host has the wrong rule \"%s\"".formatted(rule))
                .sorted()
                .forEach(sentences::add);
    }
}
