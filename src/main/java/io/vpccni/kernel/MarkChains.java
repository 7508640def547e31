package io.vpccni.kernel;

import io.vpccni.dataplane.MarkTable;
import io.vpccni.dataplane.MarkTable.MarkRule;
import io.vpccni.dataplane.Repair;
import io.vpccni.netlink.Nftables;
import io.vpccni.netlink.nft.Expression;
import io.vpccni.netlink.nft.Expression.Bitwise;
import io.vpccni.netlink.nft.Expression.Compare;
import io.vpccni.netlink.nft.Expression.Connection;
import io.vpccni.netlink.nft.Expression.Counter;
import io.vpccni.netlink.nft.Expression.Fib;
import io.vpccni.netlink.nft.Expression.Meta;
import io.vpccni.netlink.nft.Expression.Payload;
import io.vpccni.netlink.nft.Expression.SetConnection;
import io.vpccni.netlink.nft.Expression.SetMeta;
import io.vpccni.netlink.nft.Expression.Verdict;
import io.vpccni.netlink.nft.NftChain;
import io.vpccni.netlink.nft.NftChain.Hook;
import io.vpccni.netlink.nft.NftRule;
import io.vpccni.vpc.Ipv4Cidr;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Writes the mark's table to nf_tables, in one transaction, from the first rule on that is not as it has to be. */
final class MarkChains {

    private static final NftChain MARKING = NftChain.of(MarkTable.NAME, MarkTable.MARK_CHAIN);
    private static final NftChain PREROUTING = new NftChain(
            MarkTable.NAME,
            MarkTable.PREROUTING_CHAIN,
            Optional.of(new Hook("nat", NftChain.PREROUTING, MarkTable.PRIORITY, NftChain.ACCEPT)));

    private static final int ROUTE_TO_HERE = 2;
    private static final int DESTINATION_OFFSET = 16;
    private static final String NO_BITS = Expression.number(0);

    private final Nftables nft;

    MarkChains(Nftables nft) {
        this.nft = nft;
    }

    /** Says what was not right before. */
    List<Repair> apply(Optional<MarkTable> wish) throws IOException {
        List<NftChain> chains = nft.chains().stream()
                .filter(chain -> chain.table().equals(MarkTable.NAME))
                .toList();
        if (wish.isEmpty()) {
            return chains.isEmpty() ? List.of() : remove();
        }
        List<NftRule> found = nft.rules(MarkTable.NAME);
        Nftables.Transaction transaction = nft.transaction().addTable(MarkTable.NAME);
        List<Repair> repairs = new ArrayList<>();
        if (chains.stream().anyMatch(chain -> isOtherwise(chain))) {
            // A hook cannot be changed.
            transaction.flushChain(MarkTable.NAME, PREROUTING.name()).deleteChain(MarkTable.NAME, PREROUTING.name());
            chains = chains.stream()
                    .filter(chain -> !chain.name().equals(PREROUTING.name()))
                    .toList();
            found = found.stream()
                    .filter(rule -> !rule.chain().equals(PREROUTING.name()))
                    .toList();
        }
        for (NftChain chain : List.of(MARKING, PREROUTING)) {
            if (!chains.contains(chain)) {
                transaction.addChain(chain);
            }
        }
        change(transaction, MARKING.name(), wish.get().marking(), found, repairs);
        change(transaction, PREROUTING.name(), wish.get().prerouting(), found, repairs);
        if (!repairs.isEmpty()) {
            transaction.run();
        }
        return repairs;
    }

    private List<Repair> remove() throws IOException {
        nft.transaction().deleteTable(MarkTable.NAME).run();
        return List.of(repair("delete table ip " + MarkTable.NAME));
    }

    private static boolean isOtherwise(NftChain chain) {
        return chain.name().equals(PREROUTING.name()) && !chain.equals(PREROUTING);
    }

    private static void change(
            Nftables.Transaction transaction,
            String chain,
            List<MarkRule> wanted,
            List<NftRule> all,
            List<Repair> repairs) {
        List<NftRule> found =
                all.stream().filter(rule -> rule.chain().equals(chain)).toList();
        List<List<Expression>> words =
                wanted.stream().map(MarkChains::expressions).toList();
        int right = 0;
        while (right < Math.min(found.size(), words.size())
                && found.get(right).expressions().equals(words.get(right))) {
            right++;
        }
        if (right == found.size() && right == words.size()) {
            return;
        }
        found.subList(right, found.size()).forEach(rule -> transaction.delete(MarkTable.NAME, rule));
        words.subList(right, words.size())
                .forEach(rule -> transaction.append(MarkTable.NAME, new NftRule(chain, rule)));
        repairs.add(repair("chain %s %s, from rule %d on".formatted(MarkTable.NAME, chain, right + 1)));
    }

    private static Repair repair(String what) {
        return new Repair(Repair.Kind.NFTABLES, "nft " + what);
    }

    /** The reference knows its own rules by these expressions, in this order. */
    private static List<Expression> expressions(MarkRule rule) {
        return switch (rule) {
            case MarkRule.LeaveLocal() ->
                List.of(
                        new Fib(Expression.FIB_DESTINATION, Expression.FIB_ADDRESS_TYPE),
                        new Compare(true, Expression.number(ROUTE_TO_HERE)),
                        new Verdict(Expression.RETURN, ""));
            case MarkRule.JumpFrom(String prefix) -> {
                List<Expression> jump = new ArrayList<>();
                if (!prefix.isEmpty()) {
                    jump.add(new Meta(Expression.META_INPUT_NAME));
                    jump.add(new Compare(true, Expression.text(prefix)));
                }
                jump.add(new Counter());
                jump.add(new Verdict(Expression.JUMP, MarkTable.MARK_CHAIN));
                yield jump;
            }
            case MarkRule.RestoreBit(int bit, boolean set) ->
                List.of(
                        new Connection(Expression.CT_MARK),
                        new Bitwise(Expression.number(bit), NO_BITS),
                        new Compare(true, set ? Expression.number(bit) : NO_BITS),
                        new Counter(),
                        new Meta(Expression.META_MARK),
                        new Bitwise(Expression.number(~bit), set ? Expression.number(bit) : NO_BITS),
                        new SetMeta(Expression.META_MARK));
            case MarkRule.Exempt(Ipv4Cidr network) -> {
                List<Expression> exempt = new ArrayList<>(List.of(
                        new Counter(), new Payload(Expression.NETWORK_HEADER, DESTINATION_OFFSET, Integer.BYTES)));
                exempt.add(new Bitwise(Expression.hex(network.maskBytes()), NO_BITS));
                exempt.add(new Compare(true, Expression.hex(network.base().toBytes())));
                exempt.add(new Verdict(Expression.RETURN, ""));
                yield exempt;
            }
            case MarkRule.SetMark(int mark) ->
                List.of(
                        new Counter(),
                        new Connection(Expression.CT_MARK),
                        new Bitwise(Expression.number(~mark), Expression.number(mark)),
                        new SetConnection(Expression.CT_MARK));
        };
    }
}
