package io.vpccni.api;

import io.vpccni.explain.AddHistory;
import io.vpccni.pool.PodName;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What somebody wants explained. */
sealed interface ExplainQuery {

    /** The ADDs of a pod. */
    record OfPod(PodName pod) implements ExplainQuery {}

    /** The ADDs of a sandbox, by the runtime's id. */
    record OfContainer(String id) implements ExplainQuery {}

    /** The last ADDs. */
    record Last(int count) implements ExplainQuery {}

    /** What can be asked, for whoever asked wrongly. */
    String ACCEPTED = "accepted is one of ?pod=<namespace>/<name>, ?container=<id> and ?last=<1 to " + AddHistory.LENGTH
            + ">; without any of them the last 20 ADDs are explained";

    /** An unusable query. */
    final class Unusable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Unusable(String why) {
            super(why + "; " + ACCEPTED);
        }
    }

    /** What is explained to somebody who does not say what he wants. */
    Last USUAL = new Last(20);

    Set<String> NAMES = Set.of("pod", "container", "last");

    /** Names are a pod's and an id's own: never longer, never with blanks or controls. */
    int LONGEST = 512;

    static ExplainQuery parse(Map<String, List<String>> parameters) {
        parameters.keySet().stream()
                .filter(name -> !NAMES.contains(name))
                .findFirst()
                .ifPresent(name -> {
                    throw new Unusable("unknown parameter \"" + shortened(name) + "\"");
                });
        if (parameters.isEmpty()) {
            return USUAL;
        }
        Map.Entry<String, List<String>> parameter =
                parameters.entrySet().iterator().next();
        if (parameters.size() > 1 || parameter.getValue().size() != 1) {
            throw new Unusable("more than one question");
        }
        String name = parameter.getKey();
        String value = parameter.getValue().getFirst();
        if (value.isEmpty() || value.length() > LONGEST) {
            throw new Unusable(name + " has " + value.length() + " characters");
        }
        return switch (name) {
            case "pod" -> new OfPod(pod(value));
            case "container" -> new OfContainer(value);
            default -> new Last(count(value));
        };
    }

    private static PodName pod(String value) {
        int slash = value.indexOf('/');
        if (slash < 1 || slash == value.length() - 1 || value.indexOf('/', slash + 1) >= 0) {
            throw new Unusable("pod \"" + shortened(value) + "\" is not <namespace>/<name>");
        }
        return new PodName(value.substring(0, slash), value.substring(slash + 1));
    }

    private static int count(String value) {
        try {
            int count = Integer.parseInt(value);
            if (count >= 1 && count <= AddHistory.LENGTH) {
                return count;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new Unusable("last \"" + shortened(value) + "\" is not a number from 1 to " + AddHistory.LENGTH);
    }

    private static String shortened(String text) {
        return text.length() <= 40 ? text : text.substring(0, 40) + "…";
    }
}
