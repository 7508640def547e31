package io.vpccni.api;

import io.vertx.core.MultiMap;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vpccni.api.IntrospectionPages.Page;
import io.vpccni.config.NodeSettings.ReportSettings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jboss.logging.Logger;

/** Introspection over HTTP, where {@code INTROSPECTION_BIND_ADDRESS} says. */
@ApplicationScoped
class IntrospectionRoutes {

    private static final Logger LOG = Logger.getLogger(IntrospectionRoutes.class);

    /** After everything else that is served here, such as the development console. */
    private static final int LAST = 1_000_000;

    /** The ENIConfig of a node that names none. */
    private static final String DEFAULT_ENI_CONFIG = "default";

    private final NodeLife life;

    IntrospectionRoutes(NodeLife life) {
        this.life = life;
    }

    void register(@Observes Router router) {
        router.route("/v1/*").handler(this::answer);
        router.route("/").handler(this::answer);
        router.route("/*").order(LAST).handler(this::answer);
    }

    private void answer(RoutingContext context) {
        ReportSettings settings = life.node().settings().reports();
        if (!settings.introspection()) {
            context.response().setStatusCode(404).end("introspection is switched off by DISABLE_INTROSPECTION\n");
            return;
        }
        LOG.debugf("%s %s", context.request().method(), context.request().uri());
        IntrospectionPages pages = new IntrospectionPages(life.node(), () -> Optional.of(DEFAULT_ENI_CONFIG));
        Page page = pages.answer(context.normalizedPath(), parameters(context.queryParams()));
        context.response()
                .setStatusCode(page.status())
                .putHeader("Content-Type", page.contentType())
                .end(page.text());
    }

    private static Map<String, List<String>> parameters(MultiMap query) {
        Map<String, List<String>> parameters = new TreeMap<>();
        query.forEach((name, value) ->
                parameters.computeIfAbsent(name, _ -> new ArrayList<>()).add(value));
        return parameters;
    }
}
