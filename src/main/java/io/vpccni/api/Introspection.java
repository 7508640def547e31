package io.vpccni.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vpccni.pool.AddressState;
import io.vpccni.pool.PodName;
import io.vpccni.pool.PoolView;
import io.vpccni.pool.PoolView.EniView;
import io.vpccni.vpc.ForeignEni;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpCidr;
import io.vpccni.vpc.IpFamily;
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
        pool.ifPresent(view -> view.cards().forEach(card -> cards.set(Integer.toString(card), card(view.of(card)))));
        return cards;
    }

    private static ObjectNode card(PoolView view) {
        ObjectNode card = NODES.objectNode()
                .put("TotalIPs", view.total())
                .put("AssignedIPs", view.count(AddressState.Assigned.class))
                .put("CooldownIPs", view.count(AddressState.Cooling.class))
                .put("HeldIPs", view.count(AddressState.OnHold.class))
                .put("WaitingPods", view.waiters().size());
        ObjectNode enis = card.putObject("ENIs");
        view.enis().forEach(eni -> enis.set(eni.eni().id().value(), eni(eni)));
        view.trunk()
                .ifPresent(eni ->
                        eni.trunk().ifPresent(trunk -> enis.set(eni.id().value(), trunk(eni, trunk))));
        return card;
    }

    /** It has no addresses for pods. */
    private static ObjectNode trunk(ForeignEni eni, ForeignEni.Trunk trunk) {
        ObjectNode node = NODES.objectNode()
                .put("ID", eni.id().value())
                .put("IsPrimary", false)
                .put("IsTrunk", true)
                .put("IsEFA", false)
                .put("DeviceNumber", eni.deviceIndex())
                .put("RouteTableID", eni.routeTable())
                .put("SubnetID", trunk.subnet().value());
        node.putObject("AvailableIPv4Cidrs");
        node.putObject("IPv6Cidrs");
        return node.put("IsExcludedForPodIPs", false);
    }

    private static ObjectNode eni(EniView view) {
        ObjectNode eni = NODES.objectNode()
                .put("ID", view.eni().id().value())
                .put("IsPrimary", view.eni().isPrimary())
                .put("IsTrunk", false)
                .put("IsEFA", view.eni().efa())
                .put("DeviceNumber", view.eni().deviceIndex())
                .put("RouteTableID", view.eni().routeTable())
                .put("SubnetID", view.eni().subnet().value())
                .put("Wired", view.wired())
                .put("Lost", view.lost())
                .put("Pending", view.pending());
        eni.set("AvailableIPv4Cidrs", cidrs(view, IpFamily.IPV4));
        eni.set("IPv6Cidrs", cidrs(view, IpFamily.IPV6));
        return eni.put("IsExcludedForPodIPs", view.eni().excluded());
    }

    /** A secondary address is a network of its own; the addresses of a prefix are in the prefix. */
    private static ObjectNode cidrs(EniView view, IpFamily family) {
        ObjectNode cidrs = NODES.objectNode();
        view.prefixes().stream()
                .filter(prefix -> prefix.base().family() == family)
                .forEach(prefix -> cidrs.set(prefix.toString(), cidr(prefix, true)));
        view.addresses().forEach((address, state) -> {
            if (address.family() == family) {
                IpCidr network = view.networkOf(address);
                if (!view.prefixes().contains(network)) {
                    cidrs.set(network.toString(), cidr(network, false));
                }
                put(cidrs.required(network.toString()), address, state);
            }
        });
        return cidrs;
    }

    private static ObjectNode cidr(IpCidr network, boolean isPrefix) {
        ObjectNode cidr = NODES.objectNode();
        cidr.putObject("Cidr")
                .put("IP", network.base().toString())
                .put("Mask", Base64.getEncoder().encodeToString(network.maskBytes()));
        cidr.putObject("IPAddresses");
        return cidr.put("IsPrefix", isPrefix).put("AddressFamily", "");
    }

    /** An address that was never used has no entry. */
    private static void put(JsonNode cidr, IpAddress address, AddressState state) {
        ObjectNode addresses = (ObjectNode) cidr.required("IPAddresses");
        switch (state) {
            case AddressState.Free _, AddressState.Leaving _, AddressState.Doubted _ -> {}
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
            IpAddress address, String network, PodName pod, @Nullable Instant assigned, String coolingUntil) {
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
