package io.vpccni.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vpccni.daemon.BranchPlace;
import io.vpccni.daemon.LinkNames;
import io.vpccni.daemon.PodInterface;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpFamily;
import java.util.List;

/**
 * The result of an ADD, in the shape of the reference: later plugins need the address to point at the pod's interface, and the
 * reference's own DEL (after a downgrade) reads the route table from the interface's {@code mac} and the device index from
 * the last, invented interface.
 */
final class CniResult {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private CniResult() {}

    /** Of a pod with a branch interface: what the reference calls its VLAN id stands where ordinary pods have a 0. */
    static ObjectNode of(CniCall call, BranchPlace place) {
        String version = call.conf().cniVersion();
        IpAddress address = place.address();
        String gateway = place.branch().gateway().toString();
        ObjectNode result = NODES.objectNode().put("cniVersion", version);
        if (!call.conf().isAtLeast("0.3.0")) {
            result.putObject(address.family() == IpFamily.IPV4 ? "ip4" : "ip6")
                    .put("ip", address.alone().toString())
                    .put("gateway", gateway);
            result.putObject("dns");
            return result;
        }
        boolean dated = !call.conf().isAtLeast("1.0.0");
        ArrayNode interfaces = result.putArray("interfaces");
        interfaces.addObject().put("name", place.hostLink());
        interfaces
                .addObject()
                .put("name", place.sandbox().ifName())
                .put("mac", "0")
                .put("sandbox", call.namespace().toString());
        interfaces
                .addObject()
                .put("name", LinkNames.dummyOf(place.hostLink()))
                .put("mac", Integer.toString(place.branch().vlanId()));
        ObjectNode ip = result.putArray("ips").addObject();
        if (dated) {
            ip.put("version", address.family() == IpFamily.IPV4 ? "4" : "6");
        }
        ip.put("interface", 1).put("address", address.alone().toString()).put("gateway", gateway);
        if (dated) {
            result.putObject("dns");
        }
        return result;
    }

    /**
     * @param nics what the pod has, the first one first
     */
    static ObjectNode of(CniCall call, List<PodInterface> nics) {
        PodInterface first = nics.getFirst();
        String version = call.conf().cniVersion();
        ObjectNode result = NODES.objectNode().put("cniVersion", version);
        if (!call.conf().isAtLeast("0.3.0")) {
            IpAddress address = first.has().address();
            result.putObject(address.family() == IpFamily.IPV4 ? "ip4" : "ip6")
                    .put("ip", address.alone().toString());
            result.putObject("dns");
            return result;
        }
        ArrayNode interfaces = result.putArray("interfaces");
        ArrayNode ips = result.putArray("ips");
        boolean dated = !call.conf().isAtLeast("1.0.0");
        for (PodInterface nic : nics) {
            IpAddress address = nic.has().address();
            interfaces.addObject().put("name", nic.hostLink());
            ObjectNode ip = ips.addObject();
            if (dated) {
                ip.put("version", address.family() == IpFamily.IPV4 ? "4" : "6");
            }
            ip.put("interface", interfaces.size())
                    .put("address", address.alone().toString());
            interfaces
                    .addObject()
                    .put("name", nic.name())
                    .put("mac", Integer.toString(nic.has().eni().routeTable()))
                    .put("sandbox", call.namespace().toString());
        }
        interfaces
                .addObject()
                .put("name", LinkNames.dummyOf(first.hostLink()))
                .put("mac", "0")
                .put("sandbox", Integer.toString(first.has().eni().deviceIndex()));
        if (dated) {
            result.putObject("dns");
        }
        return result;
    }
}
