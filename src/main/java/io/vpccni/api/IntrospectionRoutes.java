package io.vpccni.api;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.MultiMap;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vpccni.api.IntrospectionPages.Page;
import io.vpccni.config.BindAddress;
import io.vpccni.config.NodeSettings.ReportSettings;
import io.vpccni.daemon.Node;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Introspection over HTTP, where {@code INTROSPECTION_BIND_ADDRESS} says. */
@ApplicationScoped
class IntrospectionRoutes {

    private static final Logger LOG = Logger.getLogger(IntrospectionRoutes.class);

    /** After everything else that is served here, such as the development console. */
    private static final int LAST = 1_000_000;

    private static final int AFTER_THE_NODE = 5_000;

    /** The ENIConfig of a node that names none. */
    private static final String DEFAULT_ENI_CONFIG = "default";

    private final NodeLife life;
    private @Nullable IntrospectionSocket socket;

    IntrospectionRoutes(NodeLife life) {
        this.life = life;
    }

    void register(@Observes Router router) {
        router.route("/v1/*").handler(this::answer);
        router.route("/").handler(this::answer);
        router.route("/*").order(LAST).handler(this::answer);
    }

    void start(@Observes @Priority(AFTER_THE_NODE) StartupEvent event) throws IOException {
        Optional<Node> node = life.served();
        if (node.isEmpty()) {
            return;
        }
        ReportSettings settings = node.get().settings().reports();
        if (settings.introspection() && settings.introspectionAddress() instanceof BindAddress.Unix unix) {
            socket = new IntrospectionSocket(unix.path(), pages(node.get()));
        }
    }

    void stop(@Observes ShutdownEvent event) {
        IntrospectionSocket open = socket;
        if (open != null) {
            open.close();
        }
    }

    private static IntrospectionPages pages(Node node) {
        return new IntrospectionPages(node, () -> Optional.of(DEFAULT_ENI_CONFIG));
    }

    private void answer(RoutingContext context) {
        life.served().ifPresentOrElse(node -> answer(context, node), context::next);
    }

    private static void answer(RoutingContext context, Node node) {
        ReportSettings settings = node.settings().reports();
        if (!settings.introspection()) {
            refuse(context, "introspection is switched off by DISABLE_INTROSPECTION");
        } else if (settings.introspectionAddress() instanceof BindAddress.Unix unix) {
            refuse(context, "introspection is on the socket " + unix.path());
        } else {
            Page page = pages(node).answer(context.normalizedPath(), parameters(context.queryParams()));
            context.response()
                    .setStatusCode(page.status())
                    .putHeader("Content-Type", page.contentType())
                    .end(page.text());
        }
        LOG.debugf("%s %s", context.request().method(), context.request().path());
    }

    private static void refuse(RoutingContext context, String why) {
        context.response()
                .setStatusCode(404)
                .putHeader("Content-Type", "text/plain; charset=utf-8")
                .end(why + "\n");
    }

    private static Map<String, List<String>> parameters(MultiMap query) {
        Map<String, List<String>> parameters = new TreeMap<>();
        query.forEach((name, value) ->
                parameters.computeIfAbsent(name, _ -> new ArrayList<>()).add(value));
        return parameters;
    }
}
