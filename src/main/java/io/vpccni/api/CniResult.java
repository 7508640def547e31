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
import java.util.Optional;

/**
 * The result of an ADD, in the shape of the reference: later plugins need the address to point at the pod's interface, and the
 * reference's own DEL (after a downgrade) reads the route table from the interface's {@code mac} and the device index from
 * the last, invented interface.
 */
final class CniResult {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private CniResult() {}

    /**
     * One interface of a pod.
     *
     * @param mac what stands where its MAC address would
     * @param gateway as the result names it; empty for none
     */
    private record Nic(String hostLink, String name, String mac, IpAddress address, Optional<IpAddress> gateway) {

        /** The address as results say it, without what tells where it belongs. */
        void write(ObjectNode into, String key) {
            into.put(key, address.alone().toString());
            gateway.ifPresent(router -> into.put("gateway", router.toString()));
        }
    }

    /** Of a pod with a branch interface: its VLAN id stands where ordinary pods have a 0. */
    static ObjectNode of(CniCall call, BranchPlace place) {
        Nic nic = new Nic(
                place.hostLink(),
                place.sandbox().ifName(),
                "0",
                place.address(),
                Optional.of(place.branch().gateway()));
        return of(call, List.of(nic), Integer.toString(place.branch().vlanId()), Optional.empty());
    }

    /**
     * @param nics what the pod has, the first one first
     */
    static ObjectNode of(CniCall call, List<PodInterface> nics) {
        int firstDevice = nics.getFirst().has().eni().deviceIndex();
        return of(call, nics.stream().map(CniResult::nic).toList(), "0", Optional.of(Integer.toString(firstDevice)));
    }

    private static Nic nic(PodInterface has) {
        return new Nic(
                has.hostLink(),
                has.name(),
                Integer.toString(has.has().eni().routeTable()),
                has.has().address(),
                Optional.empty());
    }

    /** The last, invented interface carries what a DEL has to know beside the interfaces. */
    private static ObjectNode of(CniCall call, List<Nic> nics, String dummyMac, Optional<String> dummySandbox) {
        Nic first = nics.getFirst();
        ObjectNode result = NODES.objectNode().put("cniVersion", call.conf().cniVersion());
        if (!call.conf().isAtLeast("0.3.0")) {
            first.write(result.putObject(first.address().family() == IpFamily.IPV4 ? "ip4" : "ip6"), "ip");
            result.putObject("dns");
            return result;
        }
        ArrayNode interfaces = result.putArray("interfaces");
        ArrayNode ips = result.putArray("ips");
        boolean dated = !call.conf().isAtLeast("1.0.0");
        for (Nic nic : nics) {
            interfaces.addObject().put("name", nic.hostLink());
            ObjectNode ip = ips.addObject();
            if (dated) {
                ip.put("version", nic.address().family() == IpFamily.IPV4 ? "4" : "6");
            }
            nic.write(ip.put("interface", interfaces.size()), "address");
            interfaces
                    .addObject()
                    .put("name", nic.name())
                    .put("mac", nic.mac())
                    .put("sandbox", call.namespace().toString());
        }
        ObjectNode dummy = interfaces
                .addObject()
                .put("name", LinkNames.dummyOf(first.hostLink()))
                .put("mac", dummyMac);
        dummySandbox.ifPresent(device -> dummy.put("sandbox", device));
        if (dated) {
            result.putObject("dns");
        }
        return result;
    }
}
