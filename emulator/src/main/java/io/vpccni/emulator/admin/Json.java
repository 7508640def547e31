package io.vpccni.emulator.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vpccni.emulator.cloud.AccountLimits;
import io.vpccni.emulator.cloud.NodePlan;
import io.vpccni.emulator.faults.Delays;
import io.vpccni.emulator.faults.Throttle;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** The admin API's JSON. Durations are milliseconds. Fields that a body does not name stay as they are. */
final class Json {
    /** A body that makes no sense; the message is for the caller. */
    static final class BadBody extends RuntimeException {
        private static final long serialVersionUID = 1;

        BadBody(String message) {
            super(message, null, false, false);
        }
    }

    private static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private Json() {}

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    static JsonNode read(String text) {
        try {
            JsonNode node = text.isBlank() ? object() : MAPPER.readTree(text);
            if (!node.isObject()) {
                throw new BadBody("The body must be a JSON object.");
            }
            return node;
        } catch (JsonProcessingException e) {
            throw new BadBody("The body is not JSON: " + e.getOriginalMessage());
        }
    }

    static String write(JsonNode node) {
        try {
            return MAPPER.writeValueAsString(node) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    static String text(JsonNode body, String field) {
        JsonNode value = body.path(field);
        if (!value.isTextual() || value.textValue().isEmpty()) {
            throw new BadBody("The field " + field + " must be a text.");
        }
        return value.textValue();
    }

    static int count(JsonNode body, String field, int fallback) {
        JsonNode value = body.path(field);
        if (value.isMissingNode()) {
            return fallback;
        }
        if (!value.canConvertToInt() || !value.isIntegralNumber() || value.intValue() < 0) {
            throw new BadBody("The field " + field + " must be a whole number from 0 on.");
        }
        return value.intValue();
    }

    static NodePlan nodePlan(JsonNode body, NodePlan base) {
        NodePlan plan = body.path("ipv6").asBoolean(false) ? base.withIpv6() : base;
        for (JsonNode eni : body.path("interfaces")) {
            String type = eni.has("type") ? text(eni, "type") : "interface";
            plan = plan.withEni(count(eni, "networkCard", 0), count(eni, "deviceIndex", 0), type);
        }
        return plan;
    }

    static ObjectNode delays(Delays delays) {
        ObjectNode node = object();
        ObjectNode actions = node.putObject("actionMillis");
        new TreeMap<>(delays.actions()).forEach((action, delay) -> actions.put(action, delay.toMillis()));
        return node.put("jitter", delays.jitter())
                .put("attachMillis", delays.attach().toMillis())
                .put("detachMillis", delays.detach().toMillis())
                .put("describeLagMillis", delays.describeLag().toMillis())
                .put("imdsLagMillis", delays.imdsLag().toMillis());
    }

    static Delays delays(JsonNode body, Delays old) {
        Delays base =
                switch (body.path("profile").asText("")) {
                    case "" -> old;
                    case "none" -> Delays.none();
                    case "published" -> Delays.published();
                    default -> throw new BadBody("The field profile must be none or published.");
                };
        Map<String, Duration> actions = new TreeMap<>(base.actions());
        body.path("actionMillis").properties().forEach(entry -> {
            if (!entry.getValue().canConvertToLong() || entry.getValue().longValue() < 0) {
                throw new BadBody("The field actionMillis." + entry.getKey() + " must be a number from 0 on.");
            }
            actions.put(entry.getKey(), Duration.ofMillis(entry.getValue().longValue()));
        });
        double jitter = body.path("jitter").asDouble(base.jitter());
        if (!(jitter >= 0 && jitter <= 1)) {
            throw new BadBody("The field jitter must be within 0 and 1.");
        }
        return new Delays(
                actions,
                jitter,
                millis(body, "attachMillis", base.attach()),
                millis(body, "detachMillis", base.detach()),
                millis(body, "describeLagMillis", base.describeLag()),
                millis(body, "imdsLagMillis", base.imdsLag()));
    }

    private static Duration millis(JsonNode body, String field, Duration fallback) {
        return body.has(field) ? Duration.ofMillis(count(body, field, 0)) : fallback;
    }

    static ObjectNode limits(AccountLimits limits) {
        return object().put("interfaces", limits.interfaces())
                .put("groupsPerInterface", limits.groupsPerInterface())
                .put("trunkApi", limits.trunkApi());
    }

    static AccountLimits limits(JsonNode body, AccountLimits old) {
        if (body.has("trunkApi") && !body.path("trunkApi").isBoolean()) {
            throw new BadBody("The field trunkApi must be true or false.");
        }
        return new AccountLimits(
                count(body, "interfaces", old.interfaces()),
                count(body, "groupsPerInterface", old.groupsPerInterface()),
                body.path("trunkApi").asBoolean(old.trunkApi()));
    }

    static ObjectNode throttle(Throttle throttle) {
        ObjectNode node = object();
        ObjectNode buckets = node.putObject("buckets");
        new TreeMap<>(throttle.buckets())
                .forEach((action, bucket) -> buckets.putObject(action)
                        .put("capacity", bucket.capacity())
                        .put("perSecond", bucket.perSecond()));
        return node;
    }

    static Throttle throttle(JsonNode body, Throttle old) {
        Throttle base =
                switch (body.path("profile").asText("")) {
                    case "" -> old;
                    case "off" -> Throttle.off();
                    case "published" -> Throttle.published();
                    default -> throw new BadBody("The field profile must be off or published.");
                };
        Map<String, Throttle.Bucket> buckets = new TreeMap<>(base.buckets());
        body.path("buckets").properties().forEach(entry -> {
            JsonNode bucket = entry.getValue();
            if (!bucket.path("capacity").isNumber() || !bucket.path("perSecond").isNumber()) {
                throw new BadBody("The bucket " + entry.getKey() + " needs the numbers capacity and perSecond.");
            }
            buckets.put(
                    entry.getKey(),
                    new Throttle.Bucket(
                            bucket.path("capacity").doubleValue(),
                            bucket.path("perSecond").doubleValue()));
        });
        return new Throttle(buckets);
    }
}
