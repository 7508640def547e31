package io.vpccni.client.cni;

import java.util.Map;

/** The CNI variables of a plugin's environment; one that is not set is empty. */
record Variables(Map<String, String> environment) {

    /** No longer than the kernel's longest path, twice; five of them still leave room in the daemon's largest message. */
    static final int LONGEST = 8192;

    /** Characters of a W3C traceparent, version 00. */
    private static final int TRACE_PARENT_LENGTH = 55;

    String get(String name) {
        return environment.getOrDefault(name, "");
    }

    /** The span that the runtime called from; anything that cannot be one is left out. The daemon looks closer. */
    String traceParent() {
        String value = get("TRACEPARENT");
        return value.length() == TRACE_PARENT_LENGTH ? value : "";
    }

    boolean netnsOverride() {
        String value = get("CNI_NETNS_OVERRIDE");
        return value.equals("1") || value.equalsIgnoreCase("TRUE");
    }

    void check(Command command) throws CniError {
        StringBuilder missing = new StringBuilder();
        check("CNI_CONTAINERID", command.concernsContainer(), missing);
        check("CNI_NETNS", command.needsNamespace(), missing);
        check("CNI_IFNAME", command.concernsContainer(), missing);
        check("CNI_ARGS", false, missing);
        check("CNI_PATH", true, missing);
        if (!missing.isEmpty()) {
            throw new CniError(
                    CniError.INVALID_ENVIRONMENT,
                    "required env variables [" + missing + "] missing",
                    "CNI_COMMAND is " + command.name());
        }
    }

    private void check(String name, boolean required, StringBuilder missing) throws CniError {
        int length = get(name).length();
        if (length > LONGEST) {
            throw new CniError(
                    CniError.INVALID_ENVIRONMENT, name + " has " + length + " characters, the limit is " + LONGEST, "");
        }
        if (required && length == 0) {
            missing.append(missing.isEmpty() ? "" : ",").append(name);
        }
    }
}
