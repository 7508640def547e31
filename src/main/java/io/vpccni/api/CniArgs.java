package io.vpccni.api;

import io.vpccni.pool.PodName;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code CNI_ARGS}: {@code KEY=value} pairs with semicolons between. None at all is legal, as {@code ctr} sends none.
 *
 * @param podUid empty when the runtime did not say
 */
record CniArgs(PodName pod, String podUid) {

    /** Longer than any runtime sends: namespace, name and ids are at most 253 characters each. */
    private static final int LONGEST = 4096;

    static CniArgs parse(String text) {
        if (text.length() > LONGEST) {
            throw invalid("it has " + text.length() + " characters, at most " + LONGEST + " are accepted");
        }
        String namespace = "";
        String name = "";
        String uid = "";
        boolean ignoreUnknown = false;
        List<String> unknown = new ArrayList<>();
        for (String pair : text.isEmpty() ? new String[0] : text.split(";", -1)) {
            int equals = pair.indexOf('=');
            if (equals < 1) {
                throw invalid("invalid pair \"" + pair + "\"");
            }
            String value = pair.substring(equals + 1);
            switch (pair.substring(0, equals)) {
                case "K8S_POD_NAMESPACE" -> namespace = name(value);
                case "K8S_POD_NAME" -> name = name(value);
                case "K8S_POD_UID" -> uid = value;
                case "K8S_POD_INFRA_CONTAINER_ID" -> {}
                case "IgnoreUnknown" -> ignoreUnknown = flag(value);
                default -> unknown.add(pair);
            }
        }
        if (!unknown.isEmpty() && !ignoreUnknown) {
            throw invalid("unknown args " + unknown);
        }
        return new CniArgs(namespace.isEmpty() || name.isEmpty() ? PodName.UNKNOWN : new PodName(namespace, name), uid);
    }

    /** A Kubernetes name: what it holds goes into logs, hashes and the state file. */
    private static String name(String value) {
        if (value.length() > 253) {
            throw invalid("a name has " + value.length() + " characters, at most 253 are accepted");
        }
        if (!value.chars().allMatch(c -> c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '.')) {
            throw invalid("a name may hold lower-case letters, digits, \"-\" and \".\", not \"" + value + "\"");
        }
        return value;
    }

    private static boolean flag(String value) {
        return switch (value) {
            case "1", "true", "TRUE", "True" -> true;
            case "0", "false", "FALSE", "False" -> false;
            default -> throw invalid("IgnoreUnknown is \"" + value + "\", not true or false");
        };
    }

    private static CniError invalid(String why) {
        return new CniError(
                CniError.INVALID_ENVIRONMENT, "add cmd: failed to load k8s config from arg: ARGS: " + why, "CNI_ARGS");
    }
}
