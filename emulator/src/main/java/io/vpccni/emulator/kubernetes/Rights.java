package io.vpccni.emulator.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What service accounts may do, by roles and bindings of {@code rbac.authorization.k8s.io/v1} as Kubernetes reads them. Subjects that
 * are users or groups, aggregated roles and paths that are no resources are not known here.
 */
public final class Rights {
    private static final Pattern ACCOUNT = Pattern.compile("system:serviceaccount:([^:]+):([^:]+)");
    private static final Pattern ONE_NAME = Pattern.compile("(?:.*,)?metadata\\.name=([^,]+)(?:,.*)?");

    private final List<JsonNode> objects;

    private Rights(Collection<JsonNode> objects) {
        this.objects = List.copyOf(objects);
    }

    /** @param objects in which the roles and bindings are; others are ignored */
    public static Rights of(Collection<JsonNode> objects) {
        return new Rights(objects);
    }

    /** A request, in the words of a rule. */
    private record Attributes(String verb, String group, String resource, String namespace, String name) {

        static Attributes of(String method, URI request) {
            Target target = Target.of(request.getPath());
            boolean one = !target.name().isEmpty();
            String query = Optional.ofNullable(request.getQuery()).orElse("");
            String verb =
                    switch (method) {
                        case "GET" -> query.contains("watch=true") ? "watch" : one ? "get" : "list";
                        case "POST" -> "create";
                        case "PUT" -> "update";
                        case "PATCH" -> "patch";
                        case "DELETE" -> one ? "delete" : "deletecollection";
                        default -> throw Failure.methodNotAllowed();
                    };
            String resource =
                    target.kind().plural() + (target.subresource().isEmpty() ? "" : "/" + target.subresource());
            return new Attributes(
                    verb,
                    target.kind().group(),
                    resource,
                    target.namespace(),
                    one ? target.name() : selectedName(query));
        }

        /** Whoever asks for the objects of one name asks for that one. */
        private static String selectedName(String query) {
            for (String parameter : query.split("&")) {
                if (parameter.startsWith("fieldSelector=")) {
                    Matcher matcher = ONE_NAME.matcher(parameter.substring("fieldSelector=".length()));
                    return matcher.matches() ? matcher.group(1) : "";
                }
            }
            return "";
        }

        boolean isAllowedBy(JsonNode rule) {
            return has(rule.path("verbs"), verb)
                    && has(rule.path("apiGroups"), group)
                    && has(rule.path("resources"), resource)
                    && (rule.path("resourceNames").isEmpty() || has(rule.path("resourceNames"), name));
        }

        private static boolean has(JsonNode list, String wanted) {
            for (JsonNode element : list) {
                if (element.asText().equals(wanted) || element.asText().equals("*")) {
                    return true;
                }
            }
            return false;
        }

        String refused(String user) {
            String[] parts = resource.split("/", 2);
            return parts[0] + (group.isEmpty() ? "" : "." + group) + (name.isEmpty() ? "" : " \"" + name + "\"")
                    + " is forbidden: User \"" + user + "\" cannot " + verb + " resource \"" + resource
                    + "\" in API group \"" + group + "\""
                    + (namespace.isEmpty() ? " at the cluster scope" : " in the namespace \"" + namespace + "\"");
        }
    }

    /**
     * The server's sentence when it refuses; empty when it does not. Only service accounts are ever refused.
     *
     * @param user such as {@code system:serviceaccount:kube-system:aws-node}
     * @param method of HTTP
     * @param request path and query
     */
    public Optional<String> refusal(String user, String method, URI request) {
        Matcher account = ACCOUNT.matcher(user);
        if (!account.matches()) {
            return Optional.empty();
        }
        Attributes attributes = Attributes.of(method, request);
        return rules(account.group(1), account.group(2), attributes.namespace()).stream()
                        .anyMatch(attributes::isAllowedBy)
                ? Optional.empty()
                : Optional.of(attributes.refused(user));
    }

    /** The rules that hold for an account's requests in a namespace, or in none. */
    private List<JsonNode> rules(String accountNamespace, String account, String namespace) {
        List<JsonNode> rules = new ArrayList<>();
        for (JsonNode binding : objects) {
            String kind = binding.path("kind").asText();
            boolean reaches = kind.equals("ClusterRoleBinding")
                    || (kind.equals("RoleBinding") && namespaceOf(binding).equals(namespace));
            if (reaches && names(binding, accountNamespace, account)) {
                objects.stream()
                        .filter(role -> isRoleOf(binding, role))
                        .forEach(role -> role.path("rules").forEach(rules::add));
            }
        }
        return rules;
    }

    private static boolean names(JsonNode binding, String namespace, String account) {
        for (JsonNode subject : binding.path("subjects")) {
            if (subject.path("kind").asText().equals("ServiceAccount")
                    && subject.path("namespace").asText().equals(namespace)
                    && subject.path("name").asText().equals(account)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isRoleOf(JsonNode binding, JsonNode role) {
        String kind = role.path("kind").asText();
        return kind.equals(binding.at("/roleRef/kind").asText())
                && role.at("/metadata/name")
                        .asText()
                        .equals(binding.at("/roleRef/name").asText())
                && (!kind.equals("Role") || namespaceOf(role).equals(namespaceOf(binding)));
    }

    private static String namespaceOf(JsonNode object) {
        return object.at("/metadata/namespace").asText();
    }
}
