package io.vpccni.netlink;

import io.vpccni.netlink.nft.NftChain;
import io.vpccni.netlink.nft.NftMessages;
import io.vpccni.netlink.nft.NftRule;
import io.vpccni.netlink.ns.NetnsFd;
import io.vpccni.netlink.rt.Flags;
import io.vpccni.netlink.wire.Acknowledgement;
import io.vpccni.netlink.wire.Message;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A conversation with the kernel about nf_tables of one family in one network namespace ({@code nft}). Changes need
 * CAP_NET_ADMIN there.
 *
 * <p>Keep it open: closing its socket waits up to 20 ms for the kernel. Not thread safe; platform threads only.
 */
public final class Nftables implements AutoCloseable {
    private final Conversation conversation;
    private final int family;

    private Nftables(NetlinkSocket socket, Family family) {
        this.conversation = new Conversation(socket);
        this.family = family == Family.IPV4 ? 2 : 10;
    }

    /** In the namespace of this process. */
    public static Nftables host(Family family) throws IOException {
        return new Nftables(NetlinkSocket.open(NetlinkSocket.NETFILTER, null, 0, NetlinkSocket.RECEIVE_BYTES), family);
    }

    /** In another namespace. The socket stays there; the descriptor may be closed at once. */
    public static Nftables in(NetnsFd namespace, Family family) throws IOException {
        return new Nftables(
                NetlinkSocket.open(NetlinkSocket.NETFILTER, namespace, 0, NetlinkSocket.RECEIVE_BYTES), family);
    }

    /** {@code nft list chains}, of all tables of the family. */
    public List<NftChain> chains() throws IOException {
        return conversation.dump(
                "chains",
                (w, s) -> NftMessages.dumpChains(w, s, family),
                NftMessages.NEW_CHAIN,
                message -> Optional.of(NftMessages.readChain(message)));
    }

    /** {@code nft -a list table}: its rules, those of a chain in order. Empty if there is no such table. */
    public List<NftRule> rules(String table) throws IOException {
        return conversation.dump(
                "rules of " + table,
                (w, s) -> NftMessages.dumpRules(w, s, family, table),
                NftMessages.NEW_RULE,
                message -> NftMessages.isAbout(message, table)
                        ? Optional.of(NftMessages.readRule(message))
                        : Optional.empty());
    }

    /** Changes that happen all at once, or not at all; nothing happens before {@link Transaction#run}. */
    public Transaction transaction() {
        return new Transaction();
    }

    /** See {@link Nftables#transaction}. */
    public final class Transaction {
        private final List<Request> requests = new ArrayList<>();

        private Transaction() {}

        /** {@code nft add table}; one that is there stays. */
        public Transaction addTable(String table) {
            return add("table add", table, (w, s) -> NftMessages.addTable(w, s, family, table));
        }

        /** {@code nft delete table}, with all in it; ENOENT if it is not there. */
        public Transaction deleteTable(String table) {
            return add("table delete", table, (w, s) -> NftMessages.deleteTable(w, s, family, table));
        }

        /** {@code nft add chain}; one that is there with the same hook stays, with another EEXIST. */
        public Transaction addChain(NftChain chain) {
            return add("chain add", chain, (w, s) -> NftMessages.addChain(w, s, family, chain));
        }

        /** {@code nft delete chain}; EBUSY while rules are in it or lead to it. */
        public Transaction deleteChain(String table, String chain) {
            return add(
                    "chain delete", table + " " + chain, (w, s) -> NftMessages.deleteChain(w, s, family, table, chain));
        }

        /** {@code nft flush chain}. */
        public Transaction flushChain(String table, String chain) {
            return add(
                    "chain flush",
                    table + " " + chain,
                    (w, s) -> NftMessages.deleteRule(w, s, family, table, chain, 0));
        }

        /** {@code nft add rule}: at the end of its chain. */
        public Transaction append(String table, NftRule rule) {
            return add("rule add", table + " " + rule, (w, s) -> NftMessages.appendRule(w, s, family, table, rule));
        }

        /** {@code nft delete rule}, by its handle. */
        public Transaction delete(String table, NftRule rule) {
            if (rule.handle() == 0) {
                throw new IllegalArgumentException("a rule without a handle is not in the kernel: " + rule);
            }
            return add(
                    "rule delete",
                    table + " " + rule,
                    (w, s) -> NftMessages.deleteRule(w, s, family, table, rule.chain(), rule.handle()));
        }

        private Transaction add(String verb, Object subject, Request.Encoder encoder) {
            requests.add(new Request(verb, subject, encoder, Set.of()));
            return this;
        }

        /**
         * Sends everything and waits until the kernel is done.
         *
         * @throws NetlinkException with each request that the kernel refused: then nothing has changed
         * @throws IOException when the answers are not known
         */
        public void run() throws IOException {
            if (!requests.isEmpty()) {
                commit(requests);
            }
        }
    }

    private void commit(List<Request> requests) throws IOException {
        conversation.begin();
        var writer = conversation.writer();
        NftMessages.beginBatch(writer, conversation.next());
        int first = conversation.sequence() + 1;
        int last = 0;
        for (var request : requests) {
            last = writer.position();
            request.encoder().write(writer, conversation.next());
        }
        // The end of a batch that fails is not answered.
        writer.addFlags(last, Flags.ACK);
        NftMessages.endBatch(writer, conversation.next());
        conversation.send();
        var failures = new ArrayList<Failure>();
        boolean answered = false;
        // The kernel has queued every answer by now.
        for (var messages = conversation.receiveIfAny(); !messages.isEmpty(); messages = conversation.receiveIfAny()) {
            for (var message : messages) {
                int index = message.sequence() - first;
                if (message.type() != Message.ERROR || index < -1 || index > requests.size()) {
                    continue;
                }
                answered = true;
                var end = Acknowledgement.of(message);
                if (end.errno() != 0) {
                    int named = Math.clamp(index, 0, requests.size() - 1);
                    failures.add(requests.get(named).failed(named, new Errno(end.errno()), end.text()));
                }
            }
        }
        conversation.end();
        if (!failures.isEmpty()) {
            throw new NetlinkException(requests.size(), failures);
        }
        if (!answered) {
            throw new IOException("the kernel gave no answer to a transaction of nf_tables");
        }
    }

    int port() throws IOException {
        return conversation.port();
    }

    @Override
    public void close() throws IOException {
        conversation.close();
    }
}
