package io.vpccni.controller;

import io.smallrye.mutiny.subscription.Cancellable;
import io.vpccni.branch.SecurityGroups;
import io.vpccni.kube.Policies;
import io.vpccni.kube.SgpPod;
import io.vpccni.kube.SgpPods;
import java.time.Duration;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Tells the loop of pods: that one needs a branch with these groups, and that one has ended. */
final class PodFeed implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(PodFeed.class);

    /** A ServiceAccount that could not be read is asked for again. */
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private final SgpPods pods;
    private final Policies policies;
    private final NodeBook nodes;
    private final BranchLoop loop;
    private final BranchNews news;
    private final Optional<GroupCheck> check;
    private final boolean followPolicies;
    private final boolean failClosed;
    private @Nullable Cancellable following;

    /**
     * @param check looks at the groups of pods; empty where nobody wants that
     * @param followPolicies whether changed policies change the groups of running pods
     * @param failClosed whether a pod that no policy selects waits, rather than run with the node's groups
     */
    PodFeed(
            SgpPods pods,
            Policies policies,
            NodeBook nodes,
            BranchLoop loop,
            BranchNews news,
            Optional<GroupCheck> check,
            boolean followPolicies,
            boolean failClosed) {
        this.pods = pods;
        this.policies = policies;
        this.nodes = nodes;
        this.loop = loop;
        this.news = news;
        this.check = check;
        this.followPolicies = followPolicies;
        this.failClosed = failClosed;
    }

    /** From now on. */
    synchronized void follow() {
        following = pods.news()
                .subscribe()
                .with(this::take, failure -> LOG.error("the watch of pods has ended for good", failure));
    }

    private void take(SgpPods.News told) {
        switch (told) {
            case SgpPods.News.Told(SgpPod pod) when pod.over() -> release(pod);
            case SgpPods.News.Told(SgpPod pod) -> place(pod);
            case SgpPods.News.Gone(SgpPod pod) -> release(pod);
        }
    }

    private void release(SgpPod pod) {
        entryOf(pod).ifPresent(entry -> loop.release(entry.instanceId(), pod.pod()));
    }

    /** A node has a trunk now: its pods did not wait for nothing. */
    void nodeReady(String node) {
        pods.on(node).forEach(this::place);
    }

    /** Policies are different: pods that wait may be selected now, and running ones by others. */
    void policiesChanged() {
        pods.placed().forEach(this::place);
    }

    /** A pod that has its annotation keeps what it has, unless policies are followed; one that is leaving needs none. */
    private void place(SgpPod pod) {
        Optional<NodeBook.Entry> entry = entryOf(pod);
        boolean served = pod.annotation().isPresent() && !followPolicies;
        if (entry.isEmpty() || served || pod.leaving() || !policies.isListed()) {
            return;
        }
        policies.groupsOf(pod.pod().namespace(), pod.labels(), pod.account())
                .onFailure()
                .retry()
                .withBackOff(FIRST_PAUSE, LONGEST_PAUSE)
                .expireIn(Duration.ofMinutes(5).toMillis())
                .subscribe()
                .with(
                        groups -> place(pod, entry.get(), groups),
                        failure -> LOG.warnf("pod %s gets no branch interface: %s", pod.pod(), failure.getMessage()));
    }

    private void place(SgpPod pod, NodeBook.Entry node, SecurityGroups groups) {
        if (!groups.isEmpty()) {
            if (pod.annotation().isEmpty()) {
                news.requested(pod.pod(), groups);
            }
            check.ifPresent(looking -> looking.look(pod.pod().namespace(), groups, node.groups()));
            loop.place(node.instanceId(), pod.pod(), groups);
        } else if (pod.annotation().isPresent()) {
            // Its policy has gone. What it has is more than what the node has, as a rule: it keeps it.
            LOG.debugf("pod %s keeps its groups: no policy selects it any more", pod.pod());
        } else if (failClosed) {
            news.refused(pod.pod());
        } else {
            news.withNodesGroups(pod.pod(), node.groups());
            loop.place(node.instanceId(), pod.pod(), node.groups());
        }
    }

    private Optional<NodeBook.Entry> entryOf(SgpPod pod) {
        return pod.node().flatMap(nodes::of);
    }

    @Override
    public synchronized void close() {
        if (following != null) {
            following.cancel();
        }
    }
}
