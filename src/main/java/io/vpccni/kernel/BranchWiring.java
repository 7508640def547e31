package io.vpccni.kernel;

import io.vpccni.dataplane.BranchAttachment;
import io.vpccni.dataplane.BranchLabel;
import io.vpccni.dataplane.BranchLink;
import io.vpccni.dataplane.PodPlan;
import io.vpccni.dataplane.PolicyRule;
import io.vpccni.dataplane.StaticRoute;
import io.vpccni.netlink.Batch;
import io.vpccni.netlink.Errno;
import io.vpccni.netlink.Family;
import io.vpccni.netlink.Link;
import io.vpccni.netlink.LinkChange;
import io.vpccni.netlink.LinkFilter;
import io.vpccni.netlink.MacAddress;
import io.vpccni.netlink.Netlink;
import io.vpccni.netlink.NetlinkException;
import io.vpccni.netlink.Result;
import io.vpccni.netlink.RouteFilter;
import io.vpccni.netlink.Rule;
import io.vpccni.netlink.ns.NetnsFd;
import io.vpccni.vpc.IpAddress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Connects pods that have branch interfaces and takes them down, on the pods' thread. A connection is the pair and the pod's side
 * as for every pod, then the branch link, then the host's side.
 */
final class BranchWiring {

    private static final Logger LOG = Logger.getLogger(BranchWiring.class);
    private static final String STEP = "SetupBranchENIPodNetwork";

    private final Netlink netlink;
    private final Ipv6Settings settings;
    private final BranchLinkKind kind;
    private final PairWiring pairs;
    private final Runnable buried;

    /** Under which name a trunk was found last: asking for one link is cheaper than for all. */
    private final Map<MacAddress, String> trunkNames = new HashMap<>();

    /** {@code buried} is called when there is a dead link. */
    BranchWiring(HostNamespace host, Netlink netlink, Ipv6Settings settings, BranchLinkKind kind, Runnable buried) {
        this.netlink = netlink;
        this.settings = settings;
        this.kind = kind;
        this.pairs = new PairWiring(host, netlink, settings, buried, STEP);
        this.buried = buried;
    }

    /** Leaves nothing behind when it fails. */
    void connect(BranchAttachment pod) throws IOException {
        PodPlan pair = pod.pair();
        try (NetnsFd namespace = pairs.open(pair.pod())) {
            Link hostEnd = pairs.make(pair, namespace);
            try {
                pairs.setUpPod(pair, namespace, hostEnd.link());
                setUpHost(pod, hostEnd.index(), makeLink(pod.branch(), true).index());
            } catch (IOException | RuntimeException e) {
                takeBack(pod, hostEnd.index(), e);
                throw e;
            }
        }
    }

    /**
     * {@code ip link set TRUNK up; ip link add link TRUNK name vlan.eth.ID address MAC type vlan id ID}, which is left down.
     * Whatever has the name or the id goes first, which takes 20 ms: a branch interface belongs to one pod.
     */
    Link makeLink(BranchLink branch) throws IOException {
        return makeLink(branch, false);
    }

    private Link makeLink(BranchLink branch, boolean forNewPod) throws IOException {
        try {
            Link trunk = trunk(branch);
            Optional<Link> made = add(branch, trunk);
            if (made.isEmpty()) {
                deleteOld(branch, trunk, forNewPod);
                made = add(branch, trunk);
            }
            Link link = made.orElseThrow(() -> new IOException("the name or the VLAN id was taken again at once"));
            settings.quiet(link.name());
            settings.trustLinkAddress(link.name());
            return link;
        } catch (IOException e) {
            throw new IOException(STEP + ": failed to make " + branch.name() + ": " + whyNot(e), e);
        }
    }

    private String whyNot(IOException e) {
        boolean unknownKind =
                e instanceof NetlinkException refused && refused.is(Errno.EOPNOTSUPP) && kind == BranchLinkKind.VLAN;
        return unknownKind
                ? "the node's kernel has no VLANs: `modprobe 8021q` loads them; have the node do it at each boot"
                : String.valueOf(e.getMessage());
    }

    private Link trunk(BranchLink branch) throws IOException {
        MacAddress mac = KernelWords.mac(branch.trunk());
        String name = trunkNames.get(mac);
        Optional<Link> known = name == null ? Optional.empty() : netlink.link(name);
        if (known.filter(link -> mac.equals(link.mac())).isPresent()) {
            return known.get();
        }
        Link trunk = netlink.links(LinkFilter.mac(mac)).stream()
                .filter(LinkArrival::isInterface)
                .findFirst()
                .orElseThrow(() -> new IOException("no link has the trunk interface's MAC address " + mac));
        trunkNames.put(mac, trunk.name());
        return trunk;
    }

    /** Empty when the name or the id is taken. */
    private Optional<Link> add(BranchLink branch, Link trunk) throws IOException {
        Batch batch = netlink.batch();
        if (!trunk.up()) {
            batch.set(trunk.index(), LinkChange.up());
        }
        kind.add(batch, branch, trunk)
                .tolerate(Errno.EEXIST)
                .getLink(branch.name())
                .tolerate(Errno.ENODEV);
        Result result = batch.run();
        return result.tolerated().isEmpty() ? result.link(branch.name()) : Optional.empty();
    }

    /** {@code withPods}: also cuts off whoever had it and still stands there, as the next daemon would take him for its owner. */
    private void deleteOld(BranchLink branch, Link trunk, boolean withPods) throws IOException {
        Batch batch = netlink.batch();
        for (Link link : netlink.links(LinkFilter.ALL)) {
            boolean hasId = link.link() == trunk.index() && link.vlanId() == branch.vlanId();
            if (link.name().equals(branch.name()) || hasId) {
                LOG.infof("%s of an earlier pod makes way", link.name());
                batch.deleteLink(link.index()).tolerate(Errno.ENODEV);
            } else if (withPods && isPodOn(branch.vlanId(), link)) {
                LOG.infof("%s is cut off: VLAN %d is another pod's by now", link.name(), branch.vlanId());
                DeadLinks.bury(batch, link.name());
            }
        }
        batch.run();
        buried.run();
    }

    private static boolean isPodOn(int vlanId, Link link) {
        return BranchLabel.read(link.alias())
                .filter(label -> label.branch().vlanId() == vlanId)
                .isPresent();
    }

    /**
     * {@code ip link set HOSTLINK up alias LABEL; ip neighbour replace; ip link set vlan.eth.ID up; ip route replace …; ip rule add …};
     * what an earlier pod of the same address, host link or VLAN left behind goes first.
     */
    private void setUpHost(BranchAttachment pod, int hostEnd, int branch) throws IOException {
        try {
            RuleSweep old = leftovers(pod);
            Batch batch = netlink.batch();
            old.beginIn(batch);
            deleteRoutes(batch, pod.address(), pod.branch().routeTable());
            pod.label().text().ifPresent(label -> batch.set(hostEnd, LinkChange.alias(label)));
            batch.set(hostEnd, LinkChange.up())
                    .replace(KernelWords.neighbour(pod.pair().hostNeighbour(), hostEnd))
                    .set(branch, LinkChange.up());
            pod.branch().routes().forEach(route -> batch.replace(KernelWords.route(route, branch)));
            batch.replace(KernelWords.route(pod.hostRoute(), hostEnd));
            PodWiring.addRules(batch, pod.hostRules());
            if (old.mayHaveLeftAny(batch.run())) {
                old.run(netlink);
                PodWiring.addRules(netlink.batch(), pod.hostRules()).run();
            }
        } catch (IOException e) {
            throw new IOException(STEP + ": unable to setup routes and rules of the host: " + e.getMessage(), e);
        }
    }

    /** Of both modes. */
    private static Batch deleteRoutes(Batch batch, IpAddress pod, int table) {
        for (int own : List.of(PolicyRule.MAIN, table)) {
            batch.delete(KernelWords.route(StaticRoute.onLink(pod, own), 0)).tolerate(Errno.ESRCH);
        }
        return batch;
    }

    private static RuleSweep leftovers(BranchAttachment pod) {
        Family family = KernelWords.family(pod.address().family());
        List<Rule> kinds = new ArrayList<>(ofTable(family, pod.branch().routeTable()));
        kinds.addAll(ofHostLink(family, pod.hostLink()));
        kinds.addAll(PodWiring.rulesAbout(pod.address()).kinds());
        kinds.add(Rule.lookup(family, PolicyRule.HOST_EXCEPTION, 0)
                .to(KernelWords.host(pod.address()))
                .input("lo"));
        return RuleSweep.of(kinds);
    }

    private static List<Rule> ofTable(Family family, int table) {
        return List.of(
                Rule.lookup(family, PolicyRule.FROM_BRANCH, table),
                Rule.lookup(family, PolicyRule.HOST_EXCEPTION, table));
    }

    private static List<Rule> ofHostLink(Family family, String hostLink) {
        return List.of(
                Rule.lookup(family, PolicyRule.FROM_BRANCH, 0).input(hostLink),
                Rule.lookup(family, PolicyRule.HOST_EXCEPTION, 0).input(hostLink));
    }

    private void takeBack(BranchAttachment pod, int hostEnd, Exception failure) {
        try {
            leftovers(pod).run(netlink);
            netlink.batch()
                    .deleteLink(hostEnd)
                    .tolerate(Errno.ENODEV)
                    .deleteLink(pod.branch().name())
                    .tolerate(Errno.ENODEV)
                    .run();
        } catch (IOException e) {
            failure.addSuppressed(e);
            LOG.errorf("%s of a pod that could not be connected is left over: %s", pod.hostLink(), e.getMessage());
        }
    }

    /**
     * {@code ip rule delete} until there is none, {@code ip route delete ADDRESS}, {@code ip link set vlan.eth.ID down group
     * DEAD; ip link set HOSTLINK down group DEAD}, whatever the mode was. A host link that leads to another pod by now stays.
     */
    void disconnect(int vlanId, Optional<IpAddress> address, Optional<String> hostLink) throws IOException {
        int table = BranchLink.routeTable(vlanId);
        List<IpAddress> addresses = address.isPresent() ? List.of(address.get()) : addressesOf(table);
        Optional<String> own =
                hostLink.isEmpty() || leadsElsewhere(hostLink.get(), addresses) ? Optional.empty() : hostLink;
        List<Rule> kinds = new ArrayList<>();
        for (Family family : Family.values()) {
            kinds.addAll(ofTable(family, table));
            own.ifPresent(link -> kinds.addAll(ofHostLink(family, link)));
        }
        addresses.forEach(pod -> kinds.addAll(PodWiring.rulesAbout(pod).kinds()));
        // A strict pod has two rules of one kind, and most have no exceptions.
        RuleSweep rules = new RuleSweep(kinds, 3);
        Batch batch = netlink.batch();
        rules.beginIn(batch);
        addresses.forEach(pod -> deleteRoutes(batch, pod, table));
        DeadLinks.bury(batch, BranchLink.name(vlanId));
        own.ifPresent(link -> DeadLinks.bury(batch, link));
        Result result = batch.run();
        buried.run();
        if (rules.mayHaveLeftAny(result)) {
            rules.run(netlink);
        }
    }

    private boolean leadsElsewhere(String hostLink, List<IpAddress> addresses) throws IOException {
        Optional<Link> link = netlink.link(hostLink);
        if (link.isEmpty() || addresses.isEmpty()) {
            return false;
        }
        List<IpAddress> routed = netlink
                .routes(RouteFilter.ALL.device(link.get().index()))
                .stream()
                .flatMap(route -> KernelWords.route(route).stream())
                .filter(StaticRoute::isToPod)
                .map(route -> route.destination().base())
                .toList();
        return !routed.isEmpty() && routed.stream().noneMatch(addresses::contains);
    }

    /** Whose rules lead to this table. */
    private List<IpAddress> addressesOf(int table) throws IOException {
        List<IpAddress> addresses = new ArrayList<>();
        for (Family family : Family.values()) {
            netlink.rules(family).stream()
                    .filter(rule -> rule.table() == table && rule.priority() == PolicyRule.FROM_POD)
                    .flatMap(rule -> KernelWords.single(rule.from()).stream())
                    .forEach(addresses::add);
        }
        return addresses;
    }
}
