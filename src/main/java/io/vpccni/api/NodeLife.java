package io.vpccni.api;

import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vpccni.config.Environment;
import io.vpccni.config.JsonObject;
import io.vpccni.config.NodeSettings;
import io.vpccni.config.NodeSettingsReader;
import io.vpccni.config.Role;
import io.vpccni.conflist.ConflistTemplate;
import io.vpccni.conflist.MalformedTemplateException;
import io.vpccni.daemon.Node;
import io.vpccni.daemon.NodeObserver;
import io.vpccni.kube.ApiServers;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.eclipse.microprofile.config.Config;
import org.jboss.logging.Logger;

/**
 * Starts and stops the node with the application. The socket opens first, so that a runtime that is quicker than AWS finds
 * somebody who makes it wait instead of nobody.
 *
 * <p>In development one process plays several nodes of the emulator: {@code vpccni.nodes} says how many, and
 * {@code vpccni.node.2.<VARIABLE>} overrides a variable for the second.
 */
@ApplicationScoped
public class NodeLife {

    private static final Logger LOG = Logger.getLogger(NodeLife.class);

    /** The configuration takes an empty value for none. Of these variables it is a mistake, and has to be seen. */
    private static final Set<String> NOT_TO_BE_EMPTY = Set.of("NETWORK_POLICY_ENFORCING_MODE");

    private record Serving(Node node, CniSocket socket, Optional<PolicyAgent> agent, NetworkPublication publication) {
        /** The node's end answers the ADDs that still wait, so their connections outlive it. */
        void close() {
            publication.close();
            socket.drain();
            node.close();
            socket.close();
            agent.ifPresent(PolicyAgent::close);
        }
    }

    private final Config config;
    private final NodeMetrics metrics;
    private final ApiServers apiServers;
    private final Traces traces;
    private final List<Serving> serving = new ArrayList<>();

    NodeLife(Config config, NodeMetrics metrics, ApiServers apiServers, Traces traces) {
        this.traces = traces;
        this.apiServers = apiServers;
        this.config = config;
        this.metrics = metrics;
    }

    /** The node of this machine. */
    Node node() {
        return serving.getFirst().node();
    }

    /** The same; empty where the application is something else. */
    Optional<Node> served() {
        return serving.stream().findFirst().map(Serving::node);
    }

    void start(@Observes StartupEvent event) throws IOException {
        if (!Role.of(config.getOptionalValue(Role.variable(), String.class)).contains(Role.NODE)) {
            return;
        }
        int nodes = config.getOptionalValue("vpccni.nodes", Integer.class).orElse(1);
        for (int number = 1; number <= nodes; number++) {
            serving.add(serve(settings(variables(config, number))));
        }
    }

    private Serving serve(NodeSettings settings) throws IOException {
        ConflistTemplate template = template(settings);
        Node node = Node.of(settings, apiServers::open);
        List<NodeObserver> observers = new ArrayList<>();
        if (serving.isEmpty()) {
            observers.addAll(metrics.watch(node));
        }
        if (traces.isOn()) {
            observers.add(traces);
        }
        NetworkPublication publication =
                new NetworkPublication(node, template, InstantSource.system(), NetworkPublication.PERIOD);
        observers.add(publication);
        node.observe(observers.toArray(NodeObserver[]::new));
        Optional<PolicyAgent> agent = PolicyAgent.of(settings.policy());
        agent.ifPresent(node::enforceWith);
        Serving made = new Serving(node, new CniSocket(node, traces), agent, publication);
        node.start();
        publication.start();
        LOG.infof("listening on %s", settings.files().socket());
        return made;
    }

    static Function<String, Optional<String>> variables(Config config, int number) {
        return name -> config.getOptionalValue("vpccni.node." + number + "." + name, String.class)
                .or(() -> config.getOptionalValue(name, String.class))
                .or(() -> Optional.ofNullable(config.getConfigValue(name).getValue())
                        .filter(_ -> NOT_TO_BE_EMPTY.contains(name)));
    }

    /** Reads the settings, or refuses to start with one line for each variable that has to be changed. */
    private NodeSettings settings(Function<String, Optional<String>> variables) {
        Environment environment = new Environment(variables);
        NodeSettings settings = new NodeSettingsReader(environment, JsonObject::texts).read();
        if (serving.isEmpty()) {
            DaemonLog.install(settings.reports().log(), LaunchMode.current() == LaunchMode.NORMAL);
        }
        environment.settle(LOG);
        return settings;
    }

    private static ConflistTemplate template(NodeSettings settings) {
        try {
            return ConflistTemplate.find(settings.plugins().template());
        } catch (IOException | MalformedTemplateException e) {
            throw new IllegalArgumentException(
                    "cannot start: Failed to generate 10-aws.conflist: " + e.getMessage(), e);
        }
    }

    void stop(@Observes ShutdownEvent event) {
        serving.forEach(Serving::close);
        serving.clear();
    }
}
