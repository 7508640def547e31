package io.vpccni.controller;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vpccni.branch.BranchEni;
import io.vpccni.branch.BranchPod;
import io.vpccni.branch.TrunkFigures;
import io.vpccni.branch.Wish;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/**
 * What the controller knows, for people: the reference's pages, of all nodes and of one, with the pods that wait and why. Only the
 * leader knows anything.
 */
@ApplicationScoped
class ControllerPages {

    private final ControllerLife life;

    ControllerPages(ControllerLife life) {
        this.life = life;
    }

    void register(@Observes Router router) {
        router.get("/resources/all").handler(context -> answer(context, this::all));
        router.get("/resources/summary").handler(context -> answer(context, this::summary));
        router.get("/node/:name").handler(context -> answer(context, views -> node(views, context.pathParam("name"))));
    }

    private interface Page {
        Optional<ObjectNode> of(Collection<TrunkView> views);
    }

    private void answer(RoutingContext context, Page page) {
        Optional<ControllerRole> role = life.role();
        if (role.isEmpty()) {
            context.next();
            return;
        }
        Optional<ObjectNode> found = page.of(role.get().views().values());
        context.response()
                .setStatusCode(found.isPresent() ? 200 : 404)
                .putHeader("Content-Type", "application/json")
                .end(found.map(ObjectNode::toPrettyString).orElse("{}"));
    }

    private Optional<ObjectNode> all(Collection<TrunkView> views) {
        ObjectNode nodes = JsonNodeFactory.instance.objectNode();
        views.forEach(view -> nodes.set(view.facts().node(), describe(view)));
        return Optional.of(nodes);
    }

    private Optional<ObjectNode> summary(Collection<TrunkView> views) {
        ObjectNode nodes = JsonNodeFactory.instance.objectNode();
        views.forEach(view -> nodes.set(view.facts().node(), brief(view)));
        return Optional.of(nodes);
    }

    private Optional<ObjectNode> node(Collection<TrunkView> views, String name) {
        return views.stream()
                .filter(view -> view.facts().node().equals(name))
                .findFirst()
                .map(ControllerPages::describe);
    }

    private static ObjectNode brief(TrunkView view) {
        TrunkFigures figures = view.figures();
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("TrunkENIID", view.facts().eni().value());
        node.put("InstanceID", view.facts().instanceId());
        node.put("BranchENICount", figures.owned());
        node.put("DeleteQueueLen", figures.cooling() + figures.leaving());
        node.put("Limit", figures.limit());
        node.put("Making", figures.making());
        node.put("Idle", figures.idle());
        node.put("Waiting", figures.waiting());
        return node;
    }

    private static ObjectNode describe(TrunkView view) {
        ObjectNode node = brief(view);
        ObjectNode pods = node.putObject("PodToBranchENI");
        for (Map.Entry<BranchPod, BranchEni> owner : view.owners().entrySet()) {
            pods.putObject(owner.getKey().uid())
                    .put("pod", owner.getKey().toString())
                    .put("eniId", owner.getValue().id().value())
                    .put("vlanId", owner.getValue().vlan());
        }
        ObjectNode waiting = node.putObject("WaitingPods");
        for (Wish wish : view.waiting()) {
            waiting.putObject(wish.pod().toString())
                    .put("since", wish.since().toString())
                    .put("securityGroups", wish.groups().toString())
                    .put(
                            "why",
                            wish.last()
                                    .map(failure -> failure.code() + ": " + failure.message())
                                    .orElse("all branches of the trunk are in use, cooling or being made"));
        }
        ArrayNode lost = node.putArray("PodsWithLostInterface");
        view.lost().forEach(pod -> lost.add(pod.toString()));
        return node;
    }
}
