package io.vpccni.emulator.kubernetes;

import java.util.ArrayList;
import java.util.List;

/**
 * What a path names: {@code /api/v1/namespaces/shop/pods/web/status}.
 *
 * @param namespace empty for all, and for kinds that have none
 * @param name empty for all of the kind
 * @param subresource empty for the object itself
 */
record Target(Kind kind, String namespace, String name, String subresource) {
    private static final String PROXY = "proxy";

    /** Fails where the server has no such path. */
    static Target of(String path) {
        List<String> parts = new ArrayList<>(List.of(path.substring(1).split("/", -1)));
        String group = "";
        if (parts.getFirst().equals("apis") && parts.size() > 2) {
            group = parts.remove(1);
        } else if (!parts.getFirst().equals("api") || parts.size() < 2) {
            throw Failure.noRoute();
        }
        String version = parts.get(1);
        List<String> rest = parts.subList(2, parts.size());
        String namespace = "";
        // What follows namespaces/NAME is a kind, unless it is a part of the Namespace itself.
        boolean within = rest.size() > 2
                && rest.getFirst().equals("namespaces")
                && !rest.get(2).equals("status")
                && !rest.get(2).equals("finalize");
        if (within) {
            namespace = rest.get(1);
            rest = rest.subList(2, rest.size());
        }
        if (rest.size() > 3 && rest.get(2).equals(PROXY)) {
            // What follows is the pod's business.
            rest = rest.subList(0, 3);
        }
        if (rest.isEmpty() || rest.size() > 3) {
            throw Failure.noRoute();
        }
        Kind kind = Kind.find(group, version, rest.getFirst()).orElseThrow(Failure::noRoute);
        if (kind.namespaced() ? !within && rest.size() > 1 : within) {
            throw Failure.noRoute();
        }
        return new Target(kind, namespace, rest.size() > 1 ? rest.get(1) : "", rest.size() > 2 ? rest.get(2) : "");
    }

    boolean isProxy() {
        return kind.equals(Kind.POD) && subresource.equals(PROXY);
    }

    Key key() {
        return new Key(kind, namespace, name);
    }

    Key key(String created) {
        return new Key(kind, namespace, created);
    }
}
