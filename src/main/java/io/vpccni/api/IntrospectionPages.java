package io.vpccni.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vpccni.config.NodeSettings;
import io.vpccni.config.NodeSettings.NetworkSettings;
import io.vpccni.config.NodeSettings.PoolSettings;
import io.vpccni.daemon.AddJournal;
import io.vpccni.daemon.Node;
import io.vpccni.explain.AddHistory;
import io.vpccni.explain.Timeline;
import io.vpccni.pool.PodName;
import io.vpccni.vpc.Ipv4Cidr;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What introspection answers, whoever carries it: the reference's pages in their shape, and {@code /v1/explain}. Every method
 * is answered alike, and unknown paths like {@code /}.
 */
final class IntrospectionPages {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private static final List<String> COMMANDS = List.of(
            "/v1/enis", "/v1/eni-configs", "/v1/networkutils-env-settings", "/v1/ipamd-env-settings", "/v1/explain");

    /** Pods that an answer to a question about an unknown one names. */
    private static final int NAMED = 20;

    /** One answer. Text that is not JSON is a {@code TextNode} with {@code plain} set. */
    record Page(int status, JsonNode body, boolean plain) {

        static Page ok(JsonNode body) {
            return new Page(200, body, false);
        }

        static Page error(int status, ObjectNode body) {
            return new Page(status, body, false);
        }

        String contentType() {
            return plain ? "text/plain; charset=utf-8" : "application/json";
        }

        String text() {
            return plain ? body.asText() : body.toString();
        }
    }

    private final Node node;
    private final Supplier<Optional<String>> eniConfig;

    /**
     * @param eniConfig name of the node's ENIConfig; empty when Kubernetes does not tell
     */
    IntrospectionPages(Node node, Supplier<Optional<String>> eniConfig) {
        this.node = node;
        this.eniConfig = eniConfig;
    }

    Page answer(String path, Map<String, List<String>> parameters) {
        return switch (path) {
            case "/v1/enis" -> Page.ok(Introspection.enis(node.view()));
            case "/v1/eni-configs" -> eniConfigs();
            case "/v1/networkutils-env-settings" ->
                Page.ok(network(node.settings().network()));
            case "/v1/ipamd-env-settings" -> Page.ok(ipamd(node.settings()));
            case "/v1/explain" -> explain(parameters);
            default -> Page.ok(commands());
        };
    }

    private static ObjectNode commands() {
        ObjectNode answer = NODES.objectNode();
        ArrayNode list = answer.putArray("AvailableCommands");
        COMMANDS.forEach(list::add);
        return answer;
    }

    private Page eniConfigs() {
        return eniConfig
                .get()
                .map(name -> Page.ok(NODES.textNode(name)))
                .orElseGet(() -> new Page(404, NODES.textNode("Not Found"), true));
    }

    private static ObjectNode network(NetworkSettings settings) {
        return NODES.objectNode()
                .<ObjectNode>set("AWS_EXTERNAL_SERVICE_CIDRS", cidrs(settings.externalServiceCidrs()))
                .put("AWS_VPC_CNI_NODE_PORT_SUPPORT", settings.nodePortSupport())
                .put("AWS_VPC_ENI_MTU", settings.eniMtu())
                .put("AWS_VPC_K8S_CNI_CONNMARK", Integer.toUnsignedLong(settings.mark()))
                .<ObjectNode>set("AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS", cidrs(settings.excludeSnatCidrs()))
                .put("AWS_VPC_K8S_CNI_EXTERNALSNAT", settings.externalSnat())
                .put("AWS_VPC_K8S_CNI_RANDOMIZESNAT", randomization(settings.randomizeSnat()))
                .put("AWS_VPC_K8S_CNI_VETHPREFIX", settings.vethPrefix());
    }

    private static JsonNode cidrs(List<Ipv4Cidr> networks) {
        ArrayNode cidrs = NODES.arrayNode();
        networks.stream().map(Ipv4Cidr::toString).forEach(cidrs::add);
        return cidrs.isEmpty() ? NODES.nullNode() : cidrs;
    }

    private static int randomization(String word) {
        return switch (word) {
            case "hashrandom" -> 1;
            case "prng" -> 2;
            default -> 0;
        };
    }

    /** What is not built yet is reported as what the daemon does: it is off. */
    private static ObjectNode ipamd(NodeSettings settings) {
        PoolSettings pool = settings.pool();
        return NODES.objectNode()
                .put("AWS_MANAGE_ENIS_NON_SCHEDULABLE", settings.kubernetes().manageCordoned())
                .put("AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG", settings.kubernetes().customNetworking())
                .put("ENABLE_SUBNET_DISCOVERY", settings.cloud().subnetDiscovery())
                .put("WARM_ENI_TARGET", pool.warmEnis())
                .put("WARM_IP_TARGET", pool.warmAddresses());
    }

    private Page explain(Map<String, List<String>> parameters) {
        ExplainQuery query;
        try {
            query = ExplainQuery.parse(parameters);
        } catch (ExplainQuery.Unusable e) {
            return Page.error(400, NODES.objectNode().put("error", e.getMessage()));
        }
        AddJournal journal = node.journal();
        return switch (query) {
            case ExplainQuery.Last last -> Page.ok(ExplainJson.of(journal.last(last.count())));
            case ExplainQuery.OfPod ofPod -> found(journal.ofPod(ofPod.pod()), "pod " + ofPod.pod());
            case ExplainQuery.OfContainer of -> found(journal.ofContainer(of.id()), "container " + of.id());
        };
    }

    private Page found(List<Timeline> adds, String what) {
        if (!adds.isEmpty()) {
            return Page.ok(ExplainJson.of(adds));
        }
        List<Timeline> known = node.journal().last(AddHistory.LENGTH);
        ObjectNode answer = NODES.objectNode()
                .put(
                        "error",
                        "no ADD of " + what + " is among the last " + known.size()
                                + " that this daemon saw since its start; at most " + AddHistory.LENGTH
                                + " are remembered");
        ArrayNode pods = answer.putArray("knownPods");
        known.stream()
                .map(Timeline::pod)
                .filter(PodName::isKnown)
                .distinct()
                .limit(NAMED)
                .forEach(pod -> pods.add(pod.toString()));
        return Page.error(404, answer);
    }
}
