package io.vpccni.dataplane;

import io.vpccni.dataplane.PodState.Endpoint;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What the kernel shows of a pod with a branch interface.
 *
 * @param pod the same as of every pod
 * @param branch the branch interface's link
 * @param linkRules rules of the host about what comes in by the host link or the branch link
 */
public record BranchState(PodState pod, Optional<Endpoint> branch, Set<PolicyRule> linkRules) {

    /** What is missing or different from what {@code attachment} asks for, one sentence each. */
    public List<String> differencesFrom(BranchAttachment attachment) {
        Set<PolicyRule> rules = new HashSet<>(pod.hostRules());
        rules.addAll(linkRules);
        PodState whole = new PodState(pod.podEnd(), pod.hostEnd(), pod.areConnected(), pod.podRules(), rules);
        List<String> sentences = new ArrayList<>(
                whole.differencesFrom(attachment.pair(), attachment.hostRoute(), attachment.hostRules()));
        compare(sentences, attachment.branch());
        return List.copyOf(sentences);
    }

    private void compare(List<String> sentences, BranchLink wanted) {
        String name = "branch link " + wanted.name();
        if (branch.isEmpty()) {
            sentences.add(name + " does not exist");
            return;
        }
        Endpoint found = branch.get();
        if (!found.up()) {
            sentences.add(name + " is down");
        }
        if (!found.mac().equals(wanted.mac())) {
            sentences.add("%s has the MAC address %s instead of %s".formatted(name, found.mac(), wanted.mac()));
        }
        wanted.routes().stream()
                .filter(route -> !found.routes().contains(route))
                .forEach(route -> sentences.add("%s lacks the route \"%s\"".formatted(name, route)));
    }
}
