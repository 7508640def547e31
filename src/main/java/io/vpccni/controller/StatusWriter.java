package io.vpccni.controller;

import io.smallrye.mutiny.Uni;
import io.vpccni.branch.KnownBranch;
import io.vpccni.branch.TrunkFacts;
import io.vpccni.kube.SgpNodes;
import io.vpccni.kube.TrunkRecord;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * Keeps the branches of each trunk in its CNINode, a little behind: at most one write a trunk and second, and of what changes
 * meanwhile the last state. What a crash keeps from being written, pods' annotations and EC2 say.
 */
final class StatusWriter implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(StatusWriter.class);

    static final Duration GAP = Duration.ofSeconds(1);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(5);

    private final SgpNodes nodes;
    private final Map<String, TrunkRecord> waiting = new HashMap<>();
    private final Set<String> writing = new HashSet<>();
    private boolean closed;

    StatusWriter(SgpNodes nodes) {
        this.nodes = nodes;
    }

    /** Returns at once. */
    void write(TrunkFacts trunk, List<KnownBranch> branches) {
        TrunkRecord record =
                new TrunkRecord(trunk.eni(), trunk.mac(), trunk.deviceIndex(), Optional.of(trunk.subnet()), branches);
        synchronized (this) {
            waiting.put(trunk.node(), record);
            if (closed || !writing.add(trunk.node())) {
                return;
            }
        }
        next(trunk.node());
    }

    private void next(String node) {
        TrunkRecord record;
        synchronized (this) {
            record = waiting.remove(node);
            if (closed || record == null) {
                writing.remove(node);
                return;
            }
        }
        nodes.keep(node, record)
                .replaceWith(GAP)
                .onFailure()
                .recoverWithItem(failure -> {
                    LOG.debugf("status of CNINode %s: %s", node, failure.getMessage());
                    putBack(node, record);
                    return AFTER_FAILURE;
                })
                .chain(pause -> Uni.createFrom().voidItem().onItem().delayIt().by(pause))
                .subscribe()
                .with(_ -> next(node));
    }

    private synchronized void putBack(String node, TrunkRecord record) {
        waiting.putIfAbsent(node, record);
    }

    @Override
    public synchronized void close() {
        closed = true;
    }
}
