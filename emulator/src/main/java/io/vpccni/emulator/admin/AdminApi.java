package io.vpccni.emulator.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.vpccni.emulator.EmulatedNode;
import io.vpccni.emulator.Emulator;
import io.vpccni.emulator.Journal;
import io.vpccni.emulator.cloud.CloudError;
import io.vpccni.emulator.cloud.Ipv4;
import io.vpccni.emulator.cloud.NodePlan;
import io.vpccni.emulator.cloud.Occupation;
import io.vpccni.emulator.faults.InjectedError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.TreeMap;

/** The knobs over HTTP. {@link #HELP} lists the routes and is served under {@code /}. */
public final class AdminApi implements HttpHandler {
    /** The routes, as {@code GET /} and {@code --help} show them. */
    public static final String HELP = """
            GET    /                       this text
            GET    /world                  endpoints, nodes, subnets and ENIs; outsideAddress, outsideIpv6Address and
                                           networkNamespace are null without a fabric
            GET    /nodes                  name, instanceId, instanceType, imdsEndpoint, networkNamespace of each
            POST   /nodes                  {"instanceType":"m5.large","count":1,"ipv6":true,"interfaces":[
                                           {"networkCard":1,"deviceIndex":1,"type":"interface|efa|efa-only"}]}: more
                                           nodes, with ENIs besides the primary one
            DELETE /nodes/NAME             terminate a node
            GET    /delays                 all delays, in milliseconds
            PUT    /delays                 {"profile":"none|published","actionMillis":{"*":80,"AttachNetworkInterface":600},
                                           "jitter":0.1,"attachMillis":1500,"detachMillis":2000,"describeLagMillis":0,
                                           "imdsLagMillis":500}: what is not named stays
            GET    /throttle               all token buckets
            PUT    /throttle               {"profile":"off|published","buckets":{"*":{"capacity":50,"perSecond":5}}};
                                           "Describe*" is for all reads, "*" for all else; buckets start full
            GET    /errors                 errors that wait
            POST   /errors                 {"action":"CreateNetworkInterface","code":"InternalError","message":"…",
                                           "httpStatus":500,"count":3}: fail the next calls; "*" is any action
            DELETE /errors                 forget them
            GET    /lost-answers           by action
            POST   /lost-answers           {"action":"AttachNetworkInterface","count":1}: carried out, never answered
            GET    /journal?since=0        calls with a higher sequence number
            DELETE /journal                forget calls and counters
            GET    /counters               calls, failed and throttled by action
            POST   /subnets/ID/occupy      {"count":10} or {"allBut":5} or {"addresses":["10.0.0.9"]} or
                                           {"oneInEachBlock":true}: somebody else takes addresses
            POST   /subnets/ID/vacate      {"addresses":["10.0.0.9"]}, or nothing: all that was occupied
            GET    /quota                  what EC2 allows the account
            PUT    /quota                  {"interfaces":5000,"groupsPerInterface":5,"trunkApi":true}: ENIs of the
                                           account, security groups of an ENI, whether EC2 has admitted the account to
                                           trunk interfaces; what is not named stays
            """ + GroupKnobs.HELP + NodeKnobs.HELP;

    private record Answer(int status, String type, String body) {
        static Answer json(JsonNode node) {
            return new Answer(200, "application/json", Json.write(node));
        }

        static Answer fault(int status, String message) {
            return new Answer(
                    status, "application/json", Json.write(Json.object().put("error", message)));
        }
    }

    private final Emulator emulator;
    private final NodeKnobs knobs;
    private final GroupKnobs groups;
    private final Map<String, List<Ipv4>> occupied = new TreeMap<>();

    public AdminApi(Emulator emulator) {
        this.emulator = emulator;
        this.knobs = new NodeKnobs(emulator);
        this.groups = new GroupKnobs(emulator);
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            Answer answer = answer(exchange, body);
            byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", answer.type());
            exchange.sendResponseHeaders(answer.status(), bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private Answer answer(HttpExchange exchange, String text) {
        String path = exchange.getRequestURI().getPath();
        try {
            JsonNode body = Json.read(text);
            String route = exchange.getRequestMethod() + " "
                    + (path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path);
            return switch (route) {
                case "GET /" -> new Answer(200, "text/plain;charset=UTF-8", HELP);
                case "GET /world" -> Answer.json(emulator.ask(core -> WorldJson.write(emulator, core)));
                case "GET /nodes" -> Answer.json(WorldJson.nodes(emulator, emulator.nodes()));
                case "POST /nodes" -> addNodes(body);
                case "GET /delays" -> delays();
                case "PUT /delays" -> {
                    emulator.decide((core, now) -> {
                        core.setDelays(Json.delays(body, core.faults().delays()), now);
                        return now;
                    });
                    yield delays();
                }
                case "GET /throttle" -> throttle();
                case "PUT /throttle" -> {
                    emulator.run(core -> core.faults()
                            .setThrottle(Json.throttle(body, core.faults().throttle())));
                    yield throttle();
                }
                case "GET /errors" -> errors();
                case "POST /errors" -> {
                    InjectedError error = error(body);
                    emulator.run(core -> core.faults().inject(error));
                    yield errors();
                }
                case "DELETE /errors" -> {
                    emulator.run(core -> core.faults().clearErrors());
                    yield errors();
                }
                case "GET /lost-answers" -> lostAnswers();
                case "POST /lost-answers" -> {
                    String action = Json.text(body, "action");
                    int count = Json.count(body, "count", 1);
                    emulator.run(core -> core.faults().loseAnswers(action, count));
                    yield lostAnswers();
                }
                case "GET /journal" -> journal(exchange.getRequestURI().getQuery());
                case "DELETE /journal" -> {
                    emulator.run(core -> core.journal().reset());
                    yield counters();
                }
                case "GET /counters" -> counters();
                case "GET /quota" -> limits();
                case "PUT /quota" -> {
                    emulator.run(core -> core.cloud()
                            .setLimits(Json.limits(body, core.cloud().limits())));
                    yield limits();
                }
                default -> parameterized(exchange.getRequestMethod(), path, body);
            };
        } catch (Json.BadBody e) {
            return Answer.fault(400, String.valueOf(e.getMessage()));
        } catch (CloudError e) {
            return Answer.fault(400, e.code() + ": " + e.text());
        } catch (NoSuchElementException e) {
            return Answer.fault(404, String.valueOf(e.getMessage()));
        }
    }

    private Answer parameterized(String method, String path, JsonNode body) {
        String[] part = path.split("/", -1);
        if (method.equals("DELETE") && part.length == 3 && part[1].equals("nodes")) {
            emulator.removeNode(part[2]);
            return Answer.json(WorldJson.nodes(emulator, emulator.nodes()));
        }
        if (method.equals("POST") && part.length == 4 && part[1].equals("subnets")) {
            if (part[3].equals("occupy")) {
                return occupy(part[2], occupation(body));
            }
            if (part[3].equals("vacate")) {
                return vacate(part[2], addresses(body));
            }
        }
        Optional<JsonNode> known = knobs.answer(method, path, body).or(() -> groups.answer(method, path, body));
        if (known.isPresent()) {
            return Answer.json(known.get());
        }
        return Answer.fault(404, "There is no route " + method + " " + path + "; GET / lists them.");
    }

    private Answer addNodes(JsonNode body) {
        String type = body.has("instanceType") ? Json.text(body, "instanceType") : "m5.large";
        NodePlan plan = Json.nodePlan(body, emulator.nodePlan().withInstanceType(type));
        List<EmulatedNode> added = new ArrayList<>();
        int count = Json.count(body, "count", 1);
        for (int i = 0; i < count; i++) {
            added.add(emulator.addNode(plan));
        }
        return Answer.json(WorldJson.nodes(emulator, added));
    }

    private Answer delays() {
        return Answer.json(emulator.ask(core -> Json.delays(core.faults().delays())));
    }

    private Answer throttle() {
        return Answer.json(emulator.ask(core -> Json.throttle(core.faults().throttle())));
    }

    private Answer limits() {
        return Answer.json(emulator.ask(core -> Json.limits(core.cloud().limits())));
    }

    private static InjectedError error(JsonNode body) {
        String code = Json.text(body, "code");
        String message = body.has("message") ? Json.text(body, "message") : "Injected by the emulator.";
        int status = Json.count(body, "httpStatus", CloudError.usualStatus(code));
        return new InjectedError(Json.text(body, "action"), code, message, status, Json.count(body, "count", 1));
    }

    private Answer errors() {
        ObjectNode node = Json.object();
        ArrayNode list = node.putArray("errors");
        for (InjectedError error : emulator.ask(core -> core.faults().errors())) {
            list.addObject()
                    .put("action", error.action())
                    .put("code", error.code())
                    .put("message", error.message())
                    .put("httpStatus", error.httpStatus())
                    .put("count", error.count());
        }
        return Answer.json(node);
    }

    private Answer lostAnswers() {
        ObjectNode node = Json.object();
        emulator.ask(core -> new TreeMap<>(core.faults().lostAnswers())).forEach(node::put);
        return Answer.json(node);
    }

    private Answer journal(@org.jspecify.annotations.Nullable String query) {
        long since = 0;
        if (query != null && query.startsWith("since=")) {
            try {
                since = Long.parseLong(query.substring("since=".length()));
            } catch (NumberFormatException e) {
                return Answer.fault(400, "since must be a number.");
            }
        }
        long after = since;
        ObjectNode node = Json.object();
        ArrayNode list = node.putArray("calls");
        for (Journal.Entry entry : emulator.ask(core -> core.journal().since(after))) {
            list.addObject()
                    .put("sequence", entry.sequence())
                    .put("at", entry.at().toString())
                    .put("action", entry.action())
                    .put("requestId", entry.requestId())
                    .put("outcome", entry.outcome())
                    .put("answered", entry.answered())
                    .put("tookMillis", entry.took().toMillis());
        }
        return Answer.json(node);
    }

    private Answer counters() {
        ObjectNode node = Json.object();
        ObjectNode actions = Json.object();
        long calls = 0;
        for (Map.Entry<String, Journal.Count> entry :
                emulator.ask(core -> core.journal().counts()).entrySet()) {
            Journal.Count count = entry.getValue();
            calls += count.calls();
            actions.putObject(entry.getKey())
                    .put("calls", count.calls())
                    .put("failed", count.failed())
                    .put("throttled", count.throttled());
        }
        return Answer.json(node.put("calls", calls).set("actions", actions));
    }

    private static Occupation occupation(JsonNode body) {
        if (body.path("oneInEachBlock").asBoolean(false)) {
            return new Occupation.OneInEachBlock();
        }
        if (body.has("count")) {
            return new Occupation.Count(Json.count(body, "count", 0));
        }
        if (body.has("allBut")) {
            return new Occupation.AllBut(Json.count(body, "allBut", 0));
        }
        return new Occupation.Named(addresses(body)
                .orElseThrow(() -> new Json.BadBody("One of count, allBut, addresses, oneInEachBlock is needed.")));
    }

    private static Optional<List<Ipv4>> addresses(JsonNode body) {
        if (!body.path("addresses").isArray()) {
            return Optional.empty();
        }
        List<Ipv4> addresses = new ArrayList<>();
        body.path("addresses").forEach(node -> addresses.add(Ipv4.parse(node.asText())));
        return Optional.of(addresses);
    }

    private Answer occupy(String subnetId, Occupation occupation) {
        List<Ipv4> taken = emulator.decide((core, now) -> {
            List<Ipv4> addresses = core.cloud().occupy(subnetId, occupation, now);
            occupied.computeIfAbsent(subnetId, id -> new ArrayList<>()).addAll(addresses);
            return addresses;
        });
        return addressesAnswer("occupied", taken);
    }

    private Answer vacate(String subnetId, Optional<List<Ipv4>> named) {
        List<Ipv4> given = emulator.decide((core, now) -> {
            List<Ipv4> all = occupied.getOrDefault(subnetId, List.of());
            List<Ipv4> addresses =
                    named.orElse(all).stream().filter(all::contains).toList();
            core.cloud().vacate(subnetId, addresses, now);
            occupied.put(
                    subnetId,
                    new ArrayList<>(
                            all.stream().filter(one -> !addresses.contains(one)).toList()));
            return addresses;
        });
        return addressesAnswer("vacated", given);
    }

    private static Answer addressesAnswer(String field, List<Ipv4> addresses) {
        ObjectNode node = Json.object();
        ArrayNode list = node.putArray(field);
        addresses.forEach(address -> list.add(address.toString()));
        return Answer.json(node);
    }
}
