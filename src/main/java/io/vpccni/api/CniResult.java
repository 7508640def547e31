package io.vpccni.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vpccni.daemon.HostLink;
import io.vpccni.pool.Assignment;

/**
 * The result of an ADD, in the shape of the reference: later plugins need the address to point at the pod's interface, and the
 * reference's own DEL (after a downgrade) reads the route table from the interface's {@code mac} and the device index from
 * the last, invented interface.
 */
final class CniResult {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private CniResult() {}

    static ObjectNode of(CniCall call, Assignment assignment, String hostLink) {
        String version = call.conf().cniVersion();
        ObjectNode result = NODES.objectNode().put("cniVersion", version);
        String address = assignment.address() + "/32";
        if (!call.conf().isAtLeast("0.3.0")) {
            result.putObject("ip4").put("ip", address);
            result.putObject("dns");
            return result;
        }
        ArrayNode interfaces = result.putArray("interfaces");
        interfaces.addObject().put("name", hostLink);
        interfaces
                .addObject()
                .put("name", assignment.sandbox().ifName())
                .put("mac", Integer.toString(assignment.eni().routeTable()))
                .put("sandbox", call.namespace().toString());
        interfaces
                .addObject()
                .put("name", "dummy" + HostLink.hash(hostLink))
                .put("mac", "0")
                .put("sandbox", Integer.toString(assignment.eni().deviceIndex()));
        boolean dated = !call.conf().isAtLeast("1.0.0");
        ObjectNode ip = result.putArray("ips").addObject();
        if (dated) {
            ip.put("version", "4");
        }
        ip.put("interface", 1).put("address", address);
        if (dated) {
            result.putObject("dns");
        }
        return result;
    }
}
