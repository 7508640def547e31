package io.vpccni.kernel;

import io.vpccni.dataplane.FirewallBackend;
import io.vpccni.dataplane.HostFirewall;
import io.vpccni.dataplane.HostLinks;
import io.vpccni.dataplane.HostPlan;
import io.vpccni.dataplane.IptablesVersion;
import io.vpccni.dataplane.MarkTable;
import io.vpccni.dataplane.NodeLocalBlock;
import io.vpccni.dataplane.Repair;
import io.vpccni.kernel.Iptables.Flavour;
import io.vpccni.netlink.NftNotifications;
import io.vpccni.netlink.Nftables;
import io.vpccni.netlink.nft.NftChain;
import io.vpccni.netlink.nft.NftChange;
import io.vpccni.vpc.IpFamily;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The host's packet filter. Its programs take their time: up to some tens of milliseconds each, more where others hold their
 * lock.
 *
 * <p>Which back end it is follows from kubelet, which leaves a chain for others to find, and else from what {@code iptables}
 * is. Rules that an earlier start left in the other one are removed.
 */
final class Firewall implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(Firewall.class);

    /** Kubelet's; the second one is that of versions before 1.24. */
    private static final Set<String> HINTS = Set.of("KUBE-IPTABLES-HINT", "KUBE-KUBELET-CANARY");

    private static final Set<String> SHARED_CHAINS = Set.of("PREROUTING", "POSTROUTING", "FORWARD");

    private final HostNamespace host;

    /** Null where the kernel has no nf_tables. */
    private final @Nullable Nftables nft;

    /** Null where nobody tells. */
    private final @Nullable NftNotifications changes;

    private volatile FirewallBackend backend = FirewallBackend.NFTABLES;
    private volatile Runnable listener = () -> {};
    private volatile Flavour flavour = Flavour.DEFAULT;
    private volatile IptablesVersion version = IptablesVersion.parse("");

    Firewall(HostNamespace host) {
        this.host = host;
        this.nft = open(host);
        this.changes = nft == null ? null : listen(host, nft);
    }

    private @Nullable NftNotifications listen(HostNamespace host, Nftables own) {
        try {
            return host.nftChanges(own, this::hear);
        } catch (IOException e) {
            LOG.warnf("changes of the packet filter are noticed later: %s", e.getMessage());
            return null;
        }
    }

    private void hear(Optional<NftChange> change) {
        if (change.isEmpty() || mayBeOurs(change.get())) {
            listener.run();
        }
    }

    // Kube-proxy writes thousands of rules into chains of its own.
    private static boolean mayBeOurs(NftChange change) {
        return change.removed()
                && (change.chain().isEmpty()
                        || change.table().equals(MarkTable.NAME)
                        || SHARED_CHAINS.contains(change.chain())
                        || change.chain().startsWith("AWS-"));
    }

    /** Whom to tell of what others remove, on a thread that must not be held up. */
    void tell(Runnable others) {
        listener = others;
    }

    /** The legacy back end tells nobody. */
    boolean tells() {
        return changes != null && backend == FirewallBackend.NFTABLES;
    }

    private static @Nullable Nftables open(HostNamespace host) {
        try {
            return host.nftables();
        } catch (IOException e) {
            LOG.infof("this kernel has no nf_tables: %s", e.getMessage());
            return null;
        }
    }

    /** The programs in use. */
    Flavour flavour() {
        return flavour;
    }

    /** Of the programs in use. */
    IptablesVersion version() {
        return version;
    }

    /** The one in use. */
    FirewallBackend backend() {
        return backend;
    }

    /** Finds out which back end is in use, clears the other one, and makes this one what the plan says. */
    List<Repair> setUp(HostPlan plan, HostLinks links) throws IOException {
        choose();
        clearOther();
        unblock(plan.nodeLocalBlock());
        return repair(plan, links);
    }

    // Nobody needs the rule any more, so nothing fails for it: a host without IPv6 may have no ip6tables.
    private void unblock(NodeLocalBlock block) {
        if (!block.wanted()) {
            try {
                iptables(block.family()).apply(block).forEach(repair -> LOG.infof("set up: %s", repair.what()));
            } catch (IOException e) {
                LOG.debugf("the rule that keeps pods from each other may be left over: %s", e.getMessage());
            }
        }
    }

    /** Makes it what the plan says, and says what was not right before. */
    List<Repair> repair(HostPlan plan, HostLinks links) throws IOException {
        List<Repair> repairs = new ArrayList<>();
        if (plan.family() == IpFamily.IPV4) {
            // The table first: from there on the other form of the same chain is not missed.
            Optional<MarkTable> table =
                    backend == FirewallBackend.NFTABLES ? MarkTable.of(plan, links) : Optional.empty();
            if (nft != null) {
                repairs.addAll(new MarkChains(nft).apply(table));
            }
            repairs.addAll(iptables(IpFamily.IPV4).apply(HostFirewall.of(plan.writtenBy(version), links, backend)));
        }
        NodeLocalBlock block = plan.nodeLocalBlock();
        if (block.wanted()) {
            repairs.addAll(iptables(block.family()).apply(block));
        }
        return repairs;
    }

    private Iptables iptables(IpFamily family) {
        return new Iptables(host, family, flavour);
    }

    private void choose() throws IOException {
        Optional<FirewallBackend> hinted = ofKubelet();
        Optional<String> ofHinted = hinted.map(Firewall::flavour).flatMap(this::versionOf);
        flavour = ofHinted.isPresent() ? hinted.map(Firewall::flavour).orElseThrow() : Flavour.DEFAULT;
        Iptables programs = iptables(IpFamily.IPV4);
        String said = ofHinted.isPresent() ? ofHinted.get() : programs.version();
        version = IptablesVersion.parse(said);
        boolean legacy = hinted.isPresent() ? hinted.get() == FirewallBackend.LEGACY : said.contains("legacy");
        backend = nft == null || legacy ? FirewallBackend.LEGACY : FirewallBackend.NFTABLES;
        LOG.infof("the back end of the host's packet filter is %s, written by %s %s", backend, programs, version);
    }

    private static Flavour flavour(FirewallBackend backend) {
        return switch (backend) {
            case LEGACY -> Flavour.LEGACY;
            case NFTABLES -> Flavour.NFT;
        };
    }

    /** Empty where it is not installed. */
    private Optional<String> versionOf(Flavour wanted) {
        Iptables programs = new Iptables(host, IpFamily.IPV4, wanted);
        try {
            return Optional.of(programs.version());
        } catch (IOException e) {
            LOG.warnf("kubelet uses %s, which is not installed here; taking iptables: %s", programs, e.getMessage());
            return Optional.empty();
        }
    }

    private Optional<FirewallBackend> ofKubelet() throws IOException {
        if (nft != null
                && nft.chains().stream()
                        .anyMatch(chain -> chain.table().equals("mangle") && HINTS.contains(chain.name()))) {
            return Optional.of(FirewallBackend.NFTABLES);
        }
        if (hasLegacyTables("mangle")
                && new Iptables(host, IpFamily.IPV4, Flavour.LEGACY)
                        .chains("mangle").stream().anyMatch(HINTS::contains)) {
            return Optional.of(FirewallBackend.LEGACY);
        }
        return Optional.empty();
    }

    /** Reading them by iptables would make them. */
    private boolean hasLegacyTables(String... names) throws IOException {
        List<String> tables = host.procNet("ip_tables_names").orElse("").lines().toList();
        return List.of(names).stream().anyMatch(tables::contains);
    }

    // Nothing depends on it, so nothing fails for it.
    private void clearOther() {
        try {
            if (backend == FirewallBackend.LEGACY ? hasChainInNft() : hasLegacyTables("nat", "mangle")) {
                Flavour other = backend == FirewallBackend.LEGACY ? Flavour.NFT : Flavour.LEGACY;
                new Iptables(host, IpFamily.IPV4, other)
                        .apply(HostFirewall.NONE)
                        .forEach(repair -> LOG.infof("cleared of the other back end: %s", repair.what()));
            }
        } catch (IOException e) {
            LOG.warnf("rules of an earlier back end may be left over: %s", e.getMessage());
        }
    }

    private boolean hasChainInNft() throws IOException {
        return nft != null && nft.chains().stream().map(NftChain::name).anyMatch(HostFirewall.SNAT_CHAIN::equals);
    }

    @Override
    public void close() {
        try {
            if (changes != null) {
                changes.close();
            }
            if (nft != null) {
                nft.close();
            }
        } catch (IOException e) {
            LOG.debugf("closing a socket: %s", e.getMessage());
        }
    }
}
