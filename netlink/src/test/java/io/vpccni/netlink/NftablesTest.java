package io.vpccni.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vpccni.netlink.nft.Expression;
import io.vpccni.netlink.nft.Expression.Bitwise;
import io.vpccni.netlink.nft.Expression.Compare;
import io.vpccni.netlink.nft.Expression.Connection;
import io.vpccni.netlink.nft.Expression.Counter;
import io.vpccni.netlink.nft.Expression.Fib;
import io.vpccni.netlink.nft.Expression.Meta;
import io.vpccni.netlink.nft.Expression.Other;
import io.vpccni.netlink.nft.Expression.Payload;
import io.vpccni.netlink.nft.Expression.SetConnection;
import io.vpccni.netlink.nft.Expression.SetMeta;
import io.vpccni.netlink.nft.Expression.Verdict;
import io.vpccni.netlink.nft.NftChain;
import io.vpccni.netlink.nft.NftChain.Hook;
import io.vpccni.netlink.nft.NftChange;
import io.vpccni.netlink.nft.NftRule;
import io.vpccni.netlink.ns.NetnsFd;
import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import io.vpccni.netlink.testing.TestNamespaces;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against what {@code nft} prints of the same tables. */
@RequiresNetworkNamespaces
class NftablesTest {

    private static final NftChain BASE =
            new NftChain("t", "pre", Optional.of(new Hook("nat", NftChain.PREROUTING, -90, NftChain.ACCEPT)));
    private static final NftChain MARK = NftChain.of("t", "mark");
    private static final int BIT = 0x80;

    private final TestNamespaces namespaces = new TestNamespaces();
    private NetnsFd namespace;
    private Nftables nft;

    NftablesTest() throws IOException {
        namespace = namespaces.create();
        nft = Nftables.in(namespace, Family.IPV4);
    }

    @BeforeEach
    void needNft() {
        assumeTrue(Files.isExecutable(Path.of("/usr/sbin/nft")), "nftables is not installed");
    }

    @AfterEach
    void close() throws IOException {
        nft.close();
        namespaces.close();
    }

    private static final List<NftRule> RULES = List.of(
            new NftRule(
                    "pre",
                    List.of(
                            new Fib(Expression.FIB_DESTINATION, Expression.FIB_ADDRESS_TYPE),
                            new Compare(true, Expression.number(2)),
                            new Verdict(Expression.RETURN, ""))),
            new NftRule(
                    "pre",
                    List.of(
                            new Meta(Expression.META_INPUT_NAME),
                            new Compare(true, Expression.text("eni")),
                            new Counter(),
                            new Verdict(Expression.JUMP, "mark"))),
            new NftRule(
                    "pre",
                    List.of(
                            new Connection(Expression.CT_MARK),
                            new Bitwise(Expression.number(BIT), Expression.number(0)),
                            new Compare(false, Expression.number(BIT)),
                            new Meta(Expression.META_MARK),
                            new Bitwise(Expression.number(~BIT), Expression.number(0)),
                            new SetMeta(Expression.META_MARK))),
            new NftRule(
                    "mark",
                    List.of(
                            new Counter(),
                            new Payload(Expression.NETWORK_HEADER, 16, 4),
                            new Bitwise("ffff0000", "00000000"),
                            new Compare(true, "0a000000"),
                            new Verdict(Expression.RETURN, ""))),
            new NftRule(
                    "mark",
                    List.of(
                            new Connection(Expression.CT_MARK),
                            new Bitwise(Expression.number(~BIT), Expression.number(BIT)),
                            new SetConnection(Expression.CT_MARK))));

    private void writeAll() throws IOException {
        Nftables.Transaction transaction =
                nft.transaction().addTable("t").addChain(MARK).addChain(BASE);
        RULES.forEach(rule -> transaction.append("t", rule));
        transaction.run();
    }

    @Test
    void tablesChainsAndRulesAreWhatNftShows() throws Exception {
        writeAll();
        assertThat(run("nft", "list", "table", "ip", "t")).isEqualTo("""
                table ip t {
                	chain mark {
                		counter packets 0 bytes 0 ip daddr 10.0.0.0/16 return
                		ct mark set ct mark | 0x00000080
                	}

                	chain pre {
                		type nat hook prerouting priority dstnat + 10; policy accept;
                		fib daddr type local return
                		iifname "eni*" counter packets 0 bytes 0 jump mark
                		ct mark & 0x00000080 != 0x00000080 meta mark set meta mark & 0xffffff7f
                	}
                }
                """);
    }

    @Test
    void whatIsWrittenIsReadBack() throws Exception {
        writeAll();
        assertThat(nft.chains()).containsExactlyInAnyOrder(BASE, MARK);
        assertThat(nft.rules("t"))
                .map(rule -> new NftRule(rule.chain(), rule.expressions()))
                .containsExactlyInAnyOrderElementsOf(RULES);
        assertThat(nft.rules("t")).map(NftRule::handle).doesNotContain(0L).doesNotHaveDuplicates();
        assertThat(nft.rules("other")).isEmpty();
    }

    @Test
    void whatOthersWroteIsReadAsFarAsItIsKnown() throws Exception {
        run("nft", "add table ip o; add chain ip o c; add rule ip o c ip daddr 10.0.0.0/8 limit rate 5/second accept");
        assertThat(nft.rules("o").getFirst().expressions())
                .contains(new Other("limit"), new Verdict(1, ""))
                .startsWith(new Payload(1, 16, 1));
        assertThat(nft.rules("t")).isEmpty();
    }

    @Test
    void aTransactionThatFailsChangesNothingAndNamesTheRequest() throws Exception {
        writeAll();
        NftRule first = nft.rules("t").getFirst();
        assertThatThrownBy(() -> nft.transaction()
                        .delete("t", first)
                        .append("t", new NftRule("missing", List.of(new Counter())))
                        .run())
                .isInstanceOf(NetlinkException.class)
                .hasMessageContaining("ENOENT")
                .hasMessageContaining("missing");
        assertThat(nft.rules("t")).hasSize(RULES.size()).contains(first);
        // The conversation goes on.
        nft.transaction().delete("t", first).run();
        assertThat(nft.rules("t")).doesNotContain(first).hasSize(RULES.size() - 1);
        nft.transaction().flushChain("t", "mark").run();
        assertThat(nft.rules("t")).noneMatch(rule -> rule.chain().equals("mark"));
        nft.transaction().deleteTable("t").run();
        assertThat(nft.chains()).isEmpty();
    }

    @Test
    void changesOfOthersAreToldAndOwnOnesAreNot() throws Exception {
        var told = new LinkedBlockingQueue<Optional<NftChange>>();
        writeAll();
        try (var _ = NftNotifications.open(nft, namespace, told::add)) {
            nft.transaction().flushChain("t", "mark").run();
            run("nft", "flush", "chain", "ip", "t", "pre");
            for (int rule = 0; rule < 3; rule++) {
                assertThat(told.poll(10, TimeUnit.SECONDS)).contains(new NftChange(2, "t", "pre", true));
            }
            run("nft", "delete", "table", "ip", "t");
            assertThat(told.poll(10, TimeUnit.SECONDS)).get().matches(NftChange::removed);
        }
    }

    private String run(String... command) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of("nsenter", "--net=" + namespaces.pathOf(namespace), "--"));
        words.addAll(List.of(command));
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }
}
