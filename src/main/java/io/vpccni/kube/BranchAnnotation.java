package io.vpccni.kube;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vpccni.branch.BranchEni;
import io.vpccni.vpc.EniId;
import io.vpccni.vpc.Ipv4Address;
import io.vpccni.vpc.Ipv4Cidr;
import io.vpccni.vpc.Ipv6Address;
import io.vpccni.vpc.Ipv6Cidr;
import io.vpccni.vpc.MacAddress;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The annotation by which a pod has its branch interface: a JSON array of which the first element counts. Writers and readers
 * spell the keys differently, so that they are read without regard to case; what is not known is left alone.
 */
public final class BranchAnnotation {

    /** Key of the annotation, and name of the resource that such a pod asks for. */
    public static final String KEY = "vpc.amazonaws.com/pod-eni";

    /** A real one has about 300 characters for each interface. */
    static final int LONGEST = 16_384;

    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(8)
                            .maxStringLength(LONGEST)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private BranchAnnotation() {}

    /** Says what is wrong with an annotation. */
    public static final class Malformed extends IllegalArgumentException {
        private static final long serialVersionUID = 1L;

        Malformed(String what) {
            super("annotation " + KEY + ": " + what);
        }
    }

    /** The pod's interface. Fails with {@link Malformed}. */
    public static BranchEni read(String text) {
        if (text.length() > LONGEST) {
            throw new Malformed("%d characters; at most %d are read".formatted(text.length(), LONGEST));
        }
        JsonNode array = tree(text);
        if (!array.isArray() || array.isEmpty() || !array.get(0).isObject()) {
            throw new Malformed("not an array that begins with an object");
        }
        JsonNode first = array.get(0);
        try {
            return new BranchEni(
                    new EniId(required(first, "eniId")),
                    new MacAddress(required(first, "ifAddress")),
                    optional(first, "privateIp", Ipv4Address::parse),
                    optional(first, "ipv6Addr", Ipv6Address::parse),
                    vlan(first),
                    optional(first, "subnetCidr", Ipv4Cidr::parse),
                    optional(first, "subnetV6Cidr", Ipv6Cidr::parse),
                    optional(first, "associationID", Function.identity()));
        } catch (Malformed e) {
            throw e;
        } catch (IllegalArgumentException e) {
            throw new Malformed(String.valueOf(e.getMessage()));
        }
    }

    private static JsonNode tree(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new Malformed("not JSON: " + e.getOriginalMessage());
        }
    }

    private static int vlan(JsonNode object) {
        JsonNode value = field(object, "vlanId").orElseThrow(() -> new Malformed("vlanId is missing"));
        if (!value.isInt()) {
            throw new Malformed("vlanId is " + value + " and not a number");
        }
        return value.intValue();
    }

    private static String required(JsonNode object, String key) {
        return optional(object, key, Function.identity()).orElseThrow(() -> new Malformed(key + " is missing"));
    }

    private static <T> Optional<T> optional(JsonNode object, String key, Function<String, T> parse) {
        Optional<JsonNode> value = field(object, key).filter(found -> !found.isNull());
        if (value.isPresent() && !value.get().isTextual()) {
            throw new Malformed(key + " is " + value.get() + " and not a text");
        }
        return value.map(JsonNode::textValue).filter(text -> !text.isEmpty()).map(text -> {
            try {
                return parse.apply(text);
            } catch (IllegalArgumentException e) {
                throw new Malformed(key + ": " + e.getMessage());
            }
        });
    }

    private static Optional<JsonNode> field(JsonNode object, String key) {
        for (Iterator<Map.Entry<String, JsonNode>> fields = object.fields(); fields.hasNext(); ) {
            Map.Entry<String, JsonNode> field = fields.next();
            if (field.getKey().equalsIgnoreCase(key)) {
                return Optional.of(field.getValue());
            }
        }
        return Optional.empty();
    }

    /** One line, with the keys and in the order of the reference's controller. */
    public static String write(BranchEni eni) {
        ObjectNode object = JSON.createObjectNode();
        object.put("eniId", eni.id().value());
        object.put("ifAddress", eni.mac().value());
        object.put("privateIp", text(eni.ipv4()));
        object.put("ipv6Addr", text(eni.ipv6()));
        object.put("vlanId", eni.vlan());
        object.put("subnetCidr", text(eni.subnet()));
        object.put("subnetV6Cidr", text(eni.ipv6Subnet()));
        object.put("associationID", text(eni.association()));
        return JSON.createArrayNode().add(object).toString();
    }

    private static String text(Optional<?> value) {
        return value.map(Object::toString).orElse("");
    }
}
