package io.vpccni.dataplane;

import io.vpccni.vpc.IpCidr;
import io.vpccni.vpc.MacAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the kernel shows of a pod.
 *
 * @param podEnd the interface inside the pod
 * @param hostEnd the link on the host
 * @param areConnected whether the two are ends of one pair
 * @param podRules those inside the pod that are about its address
 * @param hostRules those on the host
 */
public record PodState(
        Optional<Endpoint> podEnd,
        Optional<Endpoint> hostEnd,
        boolean areConnected,
        Set<PolicyRule> podRules,
        Set<PolicyRule> hostRules) {

    private static final Set<Integer> IN_POD = Set.of(PolicyRule.IN_POD);
    private static final Set<Integer> ON_HOST =
            Set.of(PolicyRule.HOST_EXCEPTION, PolicyRule.FROM_BRANCH, PolicyRule.TO_POD, PolicyRule.FROM_POD);

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
        return differencesFrom(plan, plan.hostRoute(), plan.hostRules());
    }

    /** The same of a pod that has something else on the host. */
    List<String> differencesFrom(PodPlan plan, StaticRoute hostRoute, List<PolicyRule> onHost) {
        PodAttachment pod = plan.pod();
        String podName = "pod interface " + pod.ifName();
        String hostName = "host link " + pod.hostLink();
        List<String> sentences = new ArrayList<>();
        compare(sentences, podName, podEnd, pod.mtu(), plan.podRoutes());
        podEnd.filter(end -> !end.addresses().equals(Set.of(plan.podAddress())))
                .ifPresent(end -> sentences.add("%s has the addresses %s instead of %s"
                        .formatted(podName, end.addresses(), plan.podAddress())));
        compare(sentences, hostName, hostEnd, pod.mtu(), List.of(hostRoute));
        if (podEnd.isPresent() && hostEnd.isPresent()) {
            comparePair(sentences, podName, podEnd.get(), hostName, hostEnd.get(), plan);
        }
        compareRules(sentences, "the pod", podRules, plan.podRule().stream().collect(Collectors.toSet()), IN_POD);
        compareRules(sentences, "the host", hostRules, Set.copyOf(onHost), ON_HOST);
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
    // live on. It also makes no entry on the host, where ARP then finds the pod; only a wrong entry is an error there.
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

    private static void compareRules(
            List<String> sentences,
            String where,
            Set<PolicyRule> found,
            Set<PolicyRule> wanted,
            Set<Integer> ourPriorities) {
        wanted.stream()
                .filter(rule -> !found.contains(rule))
                .map(rule -> "%s lacks the rule \"%s\"".formatted(where, rule))
                .sorted()
                .forEach(sentences::add);
        found.stream()
                .filter(rule -> ourPriorities.contains(rule.priority()))
                .filter(rule -> !wanted.contains(rule))
                .map(rule -> "%s has the wrong rule \"%s\"".formatted(where, rule))
                .sorted()
                .forEach(sentences::add);
    }
}
