package io.vpccni.kube;

import io.fabric8.kubernetes.api.model.Node;
import io.smallrye.mutiny.Multi;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jboss.logging.Logger;

/** This node's Node object, as far as it matters here. */
public final class OwnNode {

    private static final Logger LOG = Logger.getLogger(OwnNode.class);

    private final ApiServer server;
    private final String name;
    private final NodeFacts.EniConfigKeys keys;

    public OwnNode(ApiServer server, String name, NodeFacts.EniConfigKeys keys) {
        this.server = server;
        this.name = name;
        this.keys = keys;
    }

    /** The facts when they are first known, and whenever one is different. Never ends; silent while there is no Node. */
    public Multi<NodeFacts> changes() {
        Complaints said = new Complaints();
        return server.<Node>watch("the Node " + name, client -> client.nodes().withField("metadata.name", name))
                .onItem()
                .transformToMultiAndConcatenate(seen -> Multi.createFrom().iterable(present(seen)))
                .map(node -> NodeFacts.read(node, keys))
                .invoke(reading -> said.say(reading.complaints()))
                .map(NodeFacts.Reading::facts)
                .skip()
                .repetitions();
    }

    private static List<Node> present(Seen<Node> seen) {
        return switch (seen) {
            case Seen.All<Node> all -> all.objects();
            case Seen.Changed<Node> changed -> List.of(changed.object());
            case Seen.Gone<Node> _ -> List.of();
        };
    }

    /** Says each complaint once, until it has gone. */
    private final class Complaints {
        private Set<String> said = new HashSet<>();

        void say(List<String> complaints) {
            complaints.stream()
                    .filter(complaint -> !said.contains(complaint))
                    .forEach(complaint -> LOG.warnf("Node %s: %s", name, complaint));
            said = new HashSet<>(complaints);
        }
    }
}
