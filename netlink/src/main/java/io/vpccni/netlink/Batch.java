package io.vpccni.netlink;

import io.vpccni.netlink.rt.AddrMessages;
import io.vpccni.netlink.rt.Flags;
import io.vpccni.netlink.rt.LinkMessages;
import io.vpccni.netlink.rt.NeighMessages;
import io.vpccni.netlink.rt.RouteMessages;
import io.vpccni.netlink.rt.RuleMessages;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Requests that go to the kernel together, in order; {@link #run} sends them, up to 100 in one system call.
 *
 * <p>Not atomic: after a request that fails the later ones still run. Repeating {@link #run} sends all again.
 */
public final class Batch {
    private final Netlink netlink;
    private final List<Request> requests = new ArrayList<>();

    Batch(Netlink netlink) {
        this.netlink = netlink;
    }

    /**
     * {@code ip link add MAIN type veth peer name PEER}. Only the main end may be created up: the kernel answers
     * ENOTCONN for the peer. EEXIST if a name is taken. Follow it with {@link #getLink}, which gives both indexes.
     */
    public Batch veth(End main, End peer) {
        if (peer.settings().contains(LinkChange.up())) {
            throw new IllegalArgumentException("the kernel creates no veth peer that is up: " + peer);
        }
        return add("link add", main + " type veth peer " + peer, (w, s) -> LinkMessages.veth(w, s, main, peer));
    }

    /**
     * {@code ip link add link PARENT name NAME type vlan id ID}; 802.1Q, id 1 to 4094. EEXIST if the name is taken, or the id
     * on this parent; EOPNOTSUPP if the kernel has no VLANs.
     */
    public Batch vlan(End vlan, int parent, int id) {
        if (id < 1 || id > 4094) {
            throw new IllegalArgumentException("VLAN id " + id + ", expected 1 to 4094");
        }
        return add(
                "link add",
                vlan + " link " + parent + " type vlan id " + id,
                (w, s) -> LinkMessages.vlan(w, s, vlan, parent, id));
    }

    /**
     * {@code ip link add link PARENT name NAME type macvlan mode private}: a link with a MAC address of its own, which reaches
     * neither its parent nor others of the same parent.
     */
    public Batch macvlan(End macvlan, int parent) {
        return add(
                "link add",
                macvlan + " link " + parent + " type macvlan mode private",
                (w, s) -> LinkMessages.macvlan(w, s, macvlan, parent));
    }

    /** {@code ip link set}; ENODEV if it is not there. */
    public Batch set(int index, LinkChange... changes) {
        checkIndex(index);
        var all = List.of(changes);
        return add("link set", index + " " + all, (w, s) -> LinkMessages.set(w, s, index, all));
    }

    /** The same by name; cannot rename. */
    public Batch set(String name, LinkChange... changes) {
        LinkChange.checkName(name);
        var all = List.of(changes);
        if (all.stream().anyMatch(LinkChange.Name.class::isInstance)) {
            throw new IllegalArgumentException("renaming needs the index of link " + name);
        }
        return add("link set", name + " " + all, (w, s) -> LinkMessages.set(w, s, name, all));
    }

    /** {@code ip link delete}; takes about 20 ms, whatever the link. ENODEV if it is not there. */
    public Batch deleteLink(String name) {
        LinkChange.checkName(name);
        return add("link delete", name, (w, s) -> LinkMessages.delete(w, s, name));
    }

    /** As {@link #deleteLink(String)}. */
    public Batch deleteLink(int index) {
        checkIndex(index);
        return add("link delete", index, (w, s) -> LinkMessages.delete(w, s, index));
    }

    /**
     * {@code ip link delete group GROUP}: all links of the group for the price of one. ENODEV if there is none,
     * EOPNOTSUPP (and nothing deleted) if one of them is a device. Not for group 0, in which every link starts.
     */
    public Batch deleteGroup(int group) {
        if (group == 0) {
            throw new IllegalArgumentException("group 0 holds every link without a group");
        }
        return add("link delete group", group, (w, s) -> LinkMessages.deleteGroup(w, s, group));
    }

    /** {@code ip link show}: the answer is in {@link Result#links}. ENODEV if it is not there. */
    public Batch getLink(String name) {
        LinkChange.checkName(name);
        return add("link show", name, (w, s) -> LinkMessages.get(w, s, name));
    }

    /** {@code ip address add}; EEXIST if it is there. */
    public Batch add(Addr addr) {
        return add("address add", addr, (w, s) -> AddrMessages.write(w, s, AddrMessages.NEW, Flags.ADD, addr));
    }

    /** {@code ip address replace}. */
    public Batch replace(Addr addr) {
        return add("address replace", addr, (w, s) -> AddrMessages.write(w, s, AddrMessages.NEW, Flags.REPLACE, addr));
    }

    /** {@code ip address delete}; EADDRNOTAVAIL if it is not there. Without its last IPv4 address a link loses its routes. */
    public Batch delete(Addr addr) {
        return add(
                "address delete", addr, (w, s) -> AddrMessages.write(w, s, AddrMessages.DELETE, Flags.REQUEST, addr));
    }

    /** {@code ip route add}; EEXIST if the destination has a route with that metric in the table. */
    public Batch add(Route route) {
        return add("route add", route, (w, s) -> RouteMessages.write(w, s, Flags.ADD, route));
    }

    /** {@code ip route replace}: the first route to the destination with that metric in the table. */
    public Batch replace(Route route) {
        return add("route replace", route, (w, s) -> RouteMessages.write(w, s, Flags.REPLACE, route));
    }

    /** {@code ip route delete}; ESRCH if it is not there. */
    public Batch delete(Route route) {
        return add("route delete", route, (w, s) -> RouteMessages.delete(w, s, route));
    }

    /** {@code ip rule add}; EEXIST if there is the very same. */
    public Batch add(Rule rule) {
        return add("rule add", rule, (w, s) -> RuleMessages.add(w, s, rule));
    }

    /** {@code ip rule delete}; ENOENT if none fits. See {@link Rule} on what fits. */
    public Batch delete(Rule rule) {
        return add("rule delete", rule, (w, s) -> RuleMessages.delete(w, s, rule));
    }

    /** {@code ip neighbour replace}. */
    public Batch replace(Neigh neigh) {
        return add("neighbour replace", neigh, (w, s) -> NeighMessages.replace(w, s, neigh));
    }

    /** {@code ip neighbour delete}; ENOENT if it is not there. */
    public Batch delete(Neigh neigh) {
        return add("neighbour delete", neigh, (w, s) -> NeighMessages.delete(w, s, neigh));
    }

    /** The request just added may fail with one of these: it then stands in {@link Result#tolerated}. */
    public Batch tolerate(Errno... errnos) {
        if (requests.isEmpty()) {
            throw new IllegalStateException("there is no request yet");
        }
        var last = requests.removeLast();
        requests.add(new Request(last.verb(), last.subject(), last.encoder(), Set.copyOf(Arrays.asList(errnos))));
        return this;
    }

    /**
     * Sends everything and waits until the kernel is done.
     *
     * @throws NetlinkException with each request that failed and was not tolerated
     * @throws IOException when the answers are not known: some requests may have been carried out
     */
    public Result run() throws IOException {
        return netlink.run(requests);
    }

    private Batch add(String verb, Object subject, Request.Encoder encoder) {
        requests.add(new Request(verb, subject, encoder, Set.of()));
        return this;
    }

    private static void checkIndex(int index) {
        if (index <= 0) {
            throw new IllegalArgumentException("link index " + index);
        }
    }
}
