package io.vpccni.netlink;

import io.vpccni.netlink.ns.NetnsFd;
import io.vpccni.netlink.rt.AddrMessages;
import io.vpccni.netlink.rt.Flags;
import io.vpccni.netlink.rt.LinkMessages;
import io.vpccni.netlink.rt.NeighMessages;
import io.vpccni.netlink.rt.RouteMessages;
import io.vpccni.netlink.rt.RuleMessages;
import io.vpccni.netlink.wire.Acknowledgement;
import io.vpccni.netlink.wire.Message;
import java.io.IOException;
import java.nio.BufferOverflowException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A conversation with the kernel about the links, addresses, routes, rules and neighbours of one network namespace.
 * Changes need CAP_NET_ADMIN there.
 *
 * <p>Not thread safe. Platform threads only: a call may block for tens of milliseconds in the kernel, and a virtual
 * thread would block its carrier with it.
 */
public final class Netlink implements AutoCloseable {
    /** More in one send gain nothing, and the answers to many failures would overflow the socket. */
    private static final int REQUESTS_PER_SEND = 100;

    private final Conversation conversation;

    private Netlink(NetlinkSocket socket) {
        this.conversation = new Conversation(socket);
    }

    /** In the namespace of this process. */
    public static Netlink host() throws IOException {
        return new Netlink(NetlinkSocket.open(NetlinkSocket.ROUTE, null, 0, NetlinkSocket.RECEIVE_BYTES));
    }

    /** In another namespace (about 50 us). The socket stays there; the descriptor may be closed at once. */
    public static Netlink in(NetnsFd namespace) throws IOException {
        return new Netlink(NetlinkSocket.open(NetlinkSocket.ROUTE, namespace, 0, NetlinkSocket.RECEIVE_BYTES));
    }

    /** An empty batch; nothing happens before {@link Batch#run}. */
    public Batch batch() {
        return new Batch(this);
    }

    /** {@code ip link show NAME}. */
    public Optional<Link> link(String name) throws IOException {
        return batch().getLink(name).tolerate(Errno.ENODEV).run().link(name);
    }

    /** {@code ip link show}. A link that comes or goes meanwhile may or may not be there. */
    public List<Link> links(LinkFilter filter) throws IOException {
        return conversation
                .dump(
                        "links " + filter,
                        (w, s) -> LinkMessages.dump(w, s, filter.kind()),
                        LinkMessages.NEW,
                        LinkMessages::read)
                .stream()
                .filter(filter::matches)
                .toList();
    }

    /** {@code ip address show}, both families; index 0 is all links. Empty if there is no such link. */
    public List<Addr> addrs(int index) throws IOException {
        return conversation
                .dump(
                        "addresses dev " + index,
                        (w, s) -> AddrMessages.dump(w, s, index),
                        AddrMessages.NEW,
                        AddrMessages::read)
                .stream()
                .filter(a -> index == 0 || index == a.index())
                .toList();
    }

    /** {@code ip route show}. Empty if there is no such table or link. */
    public List<Route> routes(RouteFilter filter) throws IOException {
        return conversation
                .dump(
                        "routes " + filter,
                        (w, s) -> RouteMessages.dump(w, s, filter),
                        RouteMessages.NEW,
                        RouteMessages::read)
                .stream()
                .filter(filter::matches)
                .toList();
    }

    /** {@code ip rule show}, by priority. */
    public List<Rule> rules(Family family) throws IOException {
        return conversation
                .dump(
                        "rules " + family,
                        (w, s) -> RuleMessages.dump(w, s, family),
                        RuleMessages.NEW,
                        RuleMessages::read)
                .stream()
                .filter(r -> r.family() == family)
                .toList();
    }

    /** {@code ip neighbour show}, both families; index 0 is all links. Empty if there is no such link. */
    public List<Neigh> neighs(int index) throws IOException {
        return neighs(index, false);
    }

    /** {@code ip neighbour show proxy}. */
    public List<Neigh> proxies(int index) throws IOException {
        return neighs(index, true);
    }

    int port() throws IOException {
        return conversation.port();
    }

    @Override
    public void close() throws IOException {
        conversation.close();
    }

    Result run(List<Request> requests) throws IOException {
        conversation.begin();
        var links = new ArrayList<Link>();
        var failures = new ArrayList<Failure>();
        for (int from = 0; from < requests.size(); ) {
            int first = conversation.sequence() + 1;
            int count = encode(requests, from);
            conversation.send();
            collect(requests.subList(from, from + count), from, first, links, failures);
            conversation.end();
            from += count;
        }
        var refused = failures.stream()
                .filter(f -> !requests.get(f.index()).tolerated().contains(f.errno()))
                .toList();
        if (!refused.isEmpty()) {
            throw new NetlinkException(requests.size(), refused);
        }
        return new Result(links, failures);
    }

    /** Fills the send buffer and gives the number of requests in it. Errors answer unasked: the last one asks for all. */
    private int encode(List<Request> requests, int from) {
        var writer = conversation.writer();
        int count = 0;
        int last = 0;
        while (count < REQUESTS_PER_SEND && from + count < requests.size()) {
            int start = writer.position();
            try {
                requests.get(from + count).encoder().write(writer, conversation.sequence() + 1);
            } catch (BufferOverflowException e) {
                if (count == 0) {
                    throw e;
                }
                writer.rewindTo(start);
                break;
            }
            last = start;
            conversation.next();
            count++;
        }
        writer.addFlags(last, Flags.ACK);
        return count;
    }

    private void collect(List<Request> sent, int offset, int first, List<Link> links, List<Failure> failures)
            throws IOException {
        while (true) {
            for (var message : conversation.receive()) {
                int index = message.sequence() - first;
                if (index < 0 || index >= sent.size()) {
                    continue;
                }
                if (message.type() == LinkMessages.NEW) {
                    LinkMessages.read(message).ifPresent(links::add);
                }
                if (message.type() == Message.ERROR) {
                    var end = Acknowledgement.of(message);
                    if (end.errno() != 0) {
                        failures.add(sent.get(index).failed(offset + index, new Errno(end.errno()), end.text()));
                    }
                    if (index == sent.size() - 1) {
                        return;
                    }
                }
            }
        }
    }

    private List<Neigh> neighs(int index, boolean proxies) throws IOException {
        return conversation
                .dump(
                        (proxies ? "proxies dev " : "neighbours dev ") + index,
                        (w, s) -> NeighMessages.dump(w, s, index, proxies),
                        NeighMessages.NEW,
                        NeighMessages::read)
                .stream()
                .filter(n -> n.proxy() == proxies && (index == 0 || index == n.index()))
                .toList();
    }
}
