package io.vpccni.daemon;

import io.vpccni.dataplane.Repair;
import io.vpccni.kube.EventSubject;
import io.vpccni.kube.EventType;
import io.vpccni.kube.Events;
import java.util.List;
import java.util.stream.Collectors;

/** Tells, on the node, that somebody else changes the host's network, and what that was. */
final class RepairEvents implements NodeObserver {

    static final String REASON = "HostNetworkRepaired";

    private final Events events;
    private final EventSubject node;

    RepairEvents(Events events, String nodeName) {
        this.events = events;
        this.node = new EventSubject.OfNode(nodeName);
    }

    @Override
    public void repaired(List<Repair> repairs) {
        String text = "Somebody changed the host's network; repaired with: "
                + repairs.stream().map(Repair::what).collect(Collectors.joining("; "));
        events.record(
                node,
                EventType.WARNING,
                REASON,
                "RepairHostNetwork",
                text.substring(0, Math.min(text.length(), ReasonEvents.LONGEST_NOTE)));
    }
}
