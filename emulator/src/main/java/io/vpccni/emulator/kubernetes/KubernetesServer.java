package io.vpccni.emulator.kubernetes;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vpccni.emulator.Emulator;
import io.vpccni.emulator.Listener;
import io.vpccni.emulator.cloud.Instance;
import io.vpccni.emulator.cloud.InstanceType;
import io.vpccni.emulator.cloud.WireChange;
import java.net.URI;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A cluster as far as its API server shows it: the usual namespaces, and a Node for each node of the emulator, also for
 * those that come later. The Node of one that goes stays: somebody has to delete it.
 *
 * <p>Listens on loopback, without TLS, believes everybody, and lets everybody do everything until it is told otherwise.
 */
public final class KubernetesServer implements AutoCloseable {
    private static final List<String> NAMESPACES = List.of("default", "kube-system", "kube-public", "kube-node-lease");

    private final ObjectStore store = new ObjectStore();
    private final Admission admission = new Admission(store);
    private final ApiObjects objects;
    private final KubernetesApi api;
    private final Listener listener;
    private volatile boolean closed;

    private KubernetesServer(InstantSource clock) {
        objects = new ApiObjects(store, admission, clock);
        api = new KubernetesApi(store, objects);
        listener = Listener.open("127.0.0.1", 0, api);
    }

    /** Serves until it is closed. @throws java.io.UncheckedIOException when it cannot listen */
    public static KubernetesServer start(Emulator emulator) {
        KubernetesServer server = new KubernetesServer(InstantSource.system());
        NAMESPACES.forEach(name -> server.create(new Key(Kind.NAMESPACE, "", name), object()));
        emulator.addFabric(change -> {
            if (change instanceof WireChange.NodeAdded added && !server.closed) {
                server.create(new Key(Kind.NODE, "", added.node()), node(instance(emulator, added.instanceId())));
            }
        });
        return server;
    }

    private void create(Key key, ObjectNode object) {
        try {
            objects.create(key, object, Caller.ADMINISTRATOR, new ArrayList<>());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static Instance instance(Emulator emulator, String id) {
        return Objects.requireNonNull(
                emulator.ask(core -> core.cloud().world().instances().get(id)));
    }

    private static ObjectNode node(Instance instance) {
        ObjectNode node = object();
        String zone = instance.availabilityZone();
        node.putObject("metadata")
                .putObject("labels")
                .put("kubernetes.io/os", "linux")
                .put("kubernetes.io/arch", instance.type().architecture().equals("x86_64") ? "amd64" : "arm64")
                .put("kubernetes.io/hostname", instance.name())
                .put("node.kubernetes.io/instance-type", instance.type().name())
                .put("topology.kubernetes.io/zone", zone);
        node.putObject("spec").put("providerID", "aws:///" + zone + "/" + instance.id());
        ObjectNode status = node.putObject("status");
        for (String field : List.of("capacity", "allocatable")) {
            status.putObject(field).put("pods", Integer.toString(pods(instance.type())));
        }
        status.putArray("conditions").addObject().put("type", "Ready").put("status", "True");
        return node;
    }

    /** As AWS's tables count: an address for each pod, and two pods that have their node's. */
    private static int pods(InstanceType type) {
        return type.interfaces() * (type.addresses() - 1) + 2;
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /** Refuses service accounts from now on what these do not allow. Who they are says {@link Caller}. */
    public void enforce(Rights rights) {
        api.enforce(rights);
    }

    public URI url() {
        return listener.endpoint();
    }

    @Override
    public void close() {
        closed = true;
        listener.close();
        api.close();
        admission.close();
    }
}
