package io.vpccni.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vpccni.pool.AddressState;
import io.vpccni.pool.PodName;
import io.vpccni.pool.PoolView;
import io.vpccni.pool.PoolView.EniView;
import io.vpccni.vpc.Ipv4Address;
import io.vpccni.vpc.Ipv4Cidr;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The pool in the reference's shape, with what that leaves out: cooling, held and waiting. */
final class Introspection {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String NEVER = "0001-01-01T00:00:00Z";

    private Introspection() {}

    /** Interfaces and addresses, by network card; empty while the node starts. */
    static ObjectNode enis(Optional<PoolView> pool) {
        ObjectNode cards = NODES.objectNode();
        pool.ifPresent(view -> cards.set("0", card(view)));
        return cards;
    }

    private static ObjectNode card(PoolView view) {
        ObjectNode card = NODES.objectNode()
                .put("TotalIPs", view.total())
                .put("AssignedIPs", view.count(AddressState.Assigned.class))
                .put("CooldownIPs", view.count(AddressState.Cooling.class))
                .put("HeldIPs", view.count(AddressState.Held.class))
                .put("WaitingPods", view.waiters().size());
        ObjectNode enis = card.putObject("ENIs");
        view.enis().forEach(eni -> enis.set(eni.eni().id().value(), eni(eni)));
        return card;
    }

    private static ObjectNode eni(EniView view) {
        ObjectNode eni = NODES.objectNode()
                .put("ID", view.eni().id().value())
                .put("IsPrimary", view.eni().isPrimary())
                .put("IsTrunk", false)
                .put("IsEFA", false)
                .put("DeviceNumber", view.eni().deviceIndex())
                .put("RouteTableID", view.eni().routeTable())
                .put("SubnetID", view.eni().subnet().value())
                .put("Wired", view.wired())
                .put("Pending", view.pending());
        eni.set("AvailableIPv4Cidrs", cidrs(view));
        eni.putObject("IPv6Cidrs");
        eni.put("IsExcludedForPodIPs", false);
        return eni;
    }

    /** A secondary address is a network of its own; the addresses of a prefix are in the prefix. */
    private static ObjectNode cidrs(EniView view) {
        ObjectNode cidrs = NODES.objectNode();
        view.prefixes().forEach(prefix -> cidrs.set(prefix.toString(), cidr(prefix, true)));
        view.addresses().forEach((address, state) -> {
            Ipv4Cidr prefix = Ipv4Cidr.delegatedPrefixOf(address);
            Ipv4Cidr alone = new Ipv4Cidr(address, Integer.SIZE);
            if (view.prefixes().contains(prefix)) {
                put(cidrs.required(prefix.toString()), address, state);
            } else {
                cidrs.set(alone.toString(), cidr(alone, false));
                put(cidrs.required(alone.toString()), address, state);
            }
        });
        return cidrs;
    }

    private static ObjectNode cidr(Ipv4Cidr network, boolean isPrefix) {
        ObjectNode cidr = NODES.objectNode();
        cidr.putObject("Cidr")
                .put("IP", network.base().toString())
                .put("Mask", Base64.getEncoder().encodeToString(network.mask().toBytes()));
        cidr.putObject("IPAddresses");
        return cidr.put("IsPrefix", isPrefix).put("AddressFamily", "");
    }

    /** An address that was never used has no entry. */
    private static void put(JsonNode cidr, Ipv4Address address, AddressState state) {
        ObjectNode addresses = (ObjectNode) cidr.required("IPAddresses");
        switch (state) {
            case AddressState.Free _, AddressState.Leaving _ -> {}
            case AddressState.Assigned has ->
                addresses.set(address.toString(), record(address, has.sandbox().network(), has.pod(), has.since(), ""));
            case AddressState.Cooling rest ->
                addresses.set(
                        address.toString(),
                        record(address, "", PodName.UNKNOWN, null, rest.until().toString()));
            case AddressState.Held held ->
                addresses.set(
                        address.toString(),
                        record(address, "", PodName.UNKNOWN, null, "").put("HeldByLink", held.link()));
        }
    }

    /** Container id and interface stay blank, as in the reference since v1.23.0. */
    private static ObjectNode record(
            Ipv4Address address, String network, PodName pod, @Nullable Instant assigned, String coolingUntil) {
        ObjectNode record = NODES.objectNode().put("Address", address.toString());
        record.putObject("IPAMKey")
                .put("networkName", network)
                .put("containerID", "")
                .put("ifName", "");
        record.putObject("IPAMMetadata")
                .put("k8sPodNamespace", pod.namespace())
                .put("k8sPodName", pod.name())
                .put("interfacesCount", assigned == null ? 0 : 1);
        record.put("AssignedTime", assigned == null ? NEVER : assigned.toString());
        record.put("UnassignedTime", NEVER);
        return coolingUntil.isEmpty() ? record : record.put("CoolingUntil", coolingUntil);
    }
}
