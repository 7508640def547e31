package io.vpccni.emulator.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vpccni.emulator.Emulator;
import io.vpccni.emulator.InProcess;
import io.vpccni.emulator.cloud.Block;
import io.vpccni.emulator.faults.Links;
import io.vpccni.emulator.imds.Lies;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What goes wrong on one node, and what somebody else does to an ENI. */
final class NodeKnobs {
    static final String HELP = """
            POST   /interfaces/ID/detach   somebody else detaches an ENI
            DELETE /interfaces/ID          somebody else detaches it at once, if it is attached, and deletes it
            POST   /interfaces/ID/unassign {"addresses":["10.0.0.9","10.0.1.16/28"]}: somebody else takes addresses and
                                           prefixes of either family from it
            GET    /nodes/NAME/imds-lies   where IMDS of the node is wrong
            POST   /nodes/NAME/imds-lies   {"hideInterface":"eni-0123"} or {"hide":"10.0.0.9"} or
                                           {"show":"10.0.0.9","interface":"eni-0123"}: one more; prefixes are hidden and
                                           shown as addresses are
            DELETE /nodes/NAME/imds-lies   it is right again
            GET    /nodes/NAME/links       how links are held back, and the ENIs whose links are missing now
            PUT    /nodes/NAME/links       {"lateMillis":500} or {"missing":true}: for ENIs that are attached from now on
            DELETE /nodes/NAME/links       links come in time, missing ones at once
            """;

    private final Emulator emulator;

    NodeKnobs(Emulator emulator) {
        this.emulator = emulator;
    }

    /** Empty when the path is none of these. */
    Optional<JsonNode> answer(String method, String path, JsonNode body) {
        String[] part = path.split("/", -1);
        if (part.length < 3) {
            return Optional.empty();
        }
        String subject = part[2];
        String rest = part.length == 4 ? "/" + part[3] : "";
        return switch (part.length > 4 ? "" : method + " " + part[1] + rest) {
            case "POST interfaces/detach" ->
                act((core, now) -> core.somebodyElse().detach(subject, now));
            case "DELETE interfaces" -> act((core, now) -> core.somebodyElse().delete(subject, now));
            case "POST interfaces/unassign" -> {
                List<String> addresses = texts(body, "addresses");
                yield act((core, now) -> core.somebodyElse().unassign(subject, addresses, now));
            }
            case "GET nodes/imds-lies" -> lies(instanceId(subject));
            case "POST nodes/imds-lies" -> {
                String instanceId = instanceId(subject);
                Lies.Lie lie = lie(body);
                emulator.run(core -> core.lies().tell(instanceId, lie));
                yield lies(instanceId);
            }
            case "DELETE nodes/imds-lies" -> {
                String instanceId = instanceId(subject);
                emulator.run(core -> core.lies().clear(instanceId));
                yield lies(instanceId);
            }
            case "GET nodes/links" -> links(instanceId(subject));
            case "PUT nodes/links" -> {
                String instanceId = instanceId(subject);
                Links.Fault fault = fault(body);
                emulator.run(core -> core.links().set(instanceId, fault));
                yield links(instanceId);
            }
            case "DELETE nodes/links" -> {
                String instanceId = instanceId(subject);
                emulator.run(core -> core.links().clear(instanceId));
                yield links(instanceId);
            }
            default -> Optional.empty();
        };
    }

    private interface Action {
        void run(InProcess core, Instant now);
    }

    private Optional<JsonNode> act(Action action) {
        emulator.decide((core, now) -> {
            action.run(core, now);
            return now;
        });
        return Optional.of(Json.object().put("done", true));
    }

    private String instanceId(String node) {
        return emulator.node(node).instanceId();
    }

    private static List<String> texts(JsonNode body, String field) {
        List<String> texts = new ArrayList<>();
        body.path(field).forEach(text -> texts.add(text.asText()));
        if (texts.isEmpty()) {
            throw new Json.BadBody("The field " + field + " must be a list of texts.");
        }
        return texts;
    }

    private static Lies.Lie lie(JsonNode body) {
        if (body.has("hideInterface")) {
            return new Lies.Lie.HideInterface(Json.text(body, "hideInterface"));
        }
        if (body.has("hide")) {
            return new Lies.Lie.Hide(Block.parse(Json.text(body, "hide")));
        }
        if (body.has("show")) {
            return new Lies.Lie.Show(Json.text(body, "interface"), Block.parse(Json.text(body, "show")));
        }
        throw new Json.BadBody("One of hideInterface, hide, show is needed.");
    }

    private Optional<JsonNode> lies(String instanceId) {
        ObjectNode node = Json.object();
        ArrayNode list = node.putArray("lies");
        for (Lies.Lie lie : emulator.ask(core -> core.lies().of(instanceId))) {
            switch (lie) {
                case Lies.Lie.HideInterface hide -> list.addObject().put("hideInterface", hide.eniId());
                case Lies.Lie.Hide hide ->
                    list.addObject().put("hide", hide.block().toString());
                case Lies.Lie.Show show ->
                    list.addObject().put("show", show.block().toString()).put("interface", show.eniId());
            }
        }
        return Optional.of(node);
    }

    private static Links.Fault fault(JsonNode body) {
        if (body.path("missing").asBoolean(false)) {
            return new Links.Fault.Missing();
        }
        if (body.has("lateMillis")) {
            return new Links.Fault.Late(Duration.ofMillis(Json.count(body, "lateMillis", 0)));
        }
        throw new Json.BadBody("One of lateMillis, missing is needed.");
    }

    private Optional<JsonNode> links(String instanceId) {
        return Optional.of(emulator.ask(core -> {
            ObjectNode node = Json.object();
            core.links().fault(instanceId).ifPresent(fault -> {
                switch (fault) {
                    case Links.Fault.Late late ->
                        node.put("lateMillis", late.by().toMillis());
                    case Links.Fault.Missing _ -> node.put("missing", true);
                }
            });
            core.links().held(instanceId).forEach(node.putArray("held")::add);
            return node;
        }));
    }
}
