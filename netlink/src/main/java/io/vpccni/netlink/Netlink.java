package io.vpccni.netlink;

import io.vpccni.netlink.ns.NetnsFd;
import io.vpccni.netlink.rt.AddrMessages;
import io.vpccni.netlink.rt.Flags;
import io.vpccni.netlink.rt.LinkMessages;
import io.vpccni.netlink.rt.NeighMessages;
import io.vpccni.netlink.rt.RouteMessages;
import io.vpccni.netlink.rt.RuleMessages;
import io.vpccni.netlink.sys.ErrnoException;
import io.vpccni.netlink.wire.Acknowledgement;
import io.vpccni.netlink.wire.MalformedMessageException;
import io.vpccni.netlink.wire.Message;
import io.vpccni.netlink.wire.MessageWriter;
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

    private static final int DUMP_ATTEMPTS = 10;

    private final NetlinkSocket socket;
    private int sequence;

    /** Answers may be left over from an exchange that broke off. */
    private boolean drained = true;

    private Netlink(NetlinkSocket socket) {
        this.socket = socket;
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
        return dump(
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
        return dump(
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
        return dump(
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
        return dump("rules " + family, (w, s) -> RuleMessages.dump(w, s, family), RuleMessages.NEW, RuleMessages::read)
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
        return socket.port();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    Result run(List<Request> requests) throws IOException {
        prepare();
        var links = new ArrayList<Link>();
        var failures = new ArrayList<Failure>();
        for (int from = 0; from < requests.size(); ) {
            int first = sequence + 1;
            int count = encode(requests, from);
            drained = false;
            socket.send();
            collect(requests.subList(from, from + count), from, first, links, failures);
            drained = true;
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
        var writer = new MessageWriter(socket.sendBuffer());
        int count = 0;
        int last = 0;
        while (count < REQUESTS_PER_SEND && from + count < requests.size()) {
            int start = writer.position();
            try {
                requests.get(from + count).encoder().write(writer, sequence + 1);
            } catch (BufferOverflowException e) {
                if (count == 0) {
                    throw e;
                }
                writer.rewindTo(start);
                break;
            }
            last = start;
            sequence++;
            count++;
        }
        writer.addFlags(last, Flags.ACK);
        return count;
    }

    // The kernel has queued every answer by now: nothing to wait for, and an empty queue is an error.
    private void collect(List<Request> sent, int offset, int first, List<Link> links, List<Failure> failures)
            throws IOException {
        while (true) {
            for (var message : receive()) {
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
        return dump(
                        (proxies ? "proxies dev " : "neighbours dev ") + index,
                        (w, s) -> NeighMessages.dump(w, s, index, proxies),
                        NeighMessages.NEW,
                        NeighMessages::read)
                .stream()
                .filter(n -> n.proxy() == proxies && (index == 0 || index == n.index()))
                .toList();
    }

    private interface Decoder<T> {
        Optional<T> read(Message message) throws MalformedMessageException;
    }

    private <T> List<T> dump(String what, Request.Encoder encoder, int type, Decoder<T> decoder) throws IOException {
        for (int attempt = 0; attempt < DUMP_ATTEMPTS; attempt++) {
            prepare();
            drained = false;
            encoder.write(new MessageWriter(socket.sendBuffer()), ++sequence);
            socket.send();
            var entries = new ArrayList<T>();
            boolean whole = collectDump(what, entries, type, decoder);
            drained = true;
            if (whole) {
                return entries;
            }
        }
        var failure = new Failure(0, "show " + what, Errno.EINTR, "changed during each of " + DUMP_ATTEMPTS + " dumps");
        throw new NetlinkException(1, List.of(failure));
    }

    /** False when the dump is not consistent. */
    private <T> boolean collectDump(String what, List<T> entries, int type, Decoder<T> decoder) throws IOException {
        boolean whole = true;
        while (true) {
            for (var message : receive()) {
                if (message.sequence() != sequence) {
                    continue;
                }
                whole &= !message.dumpInterrupted();
                if (message.type() == type) {
                    decoder.read(message).ifPresent(entries::add);
                }
                if (message.type() == Message.ERROR || message.type() == Message.DONE) {
                    var end = Acknowledgement.of(message);
                    var errno = new Errno(end.errno());
                    // Of a filtered dump: there is no such table, no such link. So nothing is in it.
                    boolean nothing = errno.equals(Errno.ENOENT) || errno.equals(Errno.ENODEV);
                    if (end.errno() != 0 && !nothing) {
                        throw new NetlinkException(1, List.of(new Failure(0, "show " + what, errno, end.text())));
                    }
                    return whole;
                }
            }
        }
    }

    private List<Message> receive() throws IOException {
        var datagram = socket.receive();
        if (datagram == null) {
            throw new IOException("the kernel gave no answer to a netlink request");
        }
        return Message.readAll(datagram);
    }

    private void prepare() throws IOException {
        if (Thread.currentThread().isVirtual()) {
            throw new IllegalStateException("netlink blocks its OS thread: call it on a platform thread");
        }
        while (!drained) {
            try {
                drained = socket.receive() == null;
            } catch (ErrnoException e) {
                // What was lost belongs to an exchange that has already failed.
                if (!e.is(Errno.ENOBUFS)) {
                    throw e;
                }
            }
        }
    }
}
