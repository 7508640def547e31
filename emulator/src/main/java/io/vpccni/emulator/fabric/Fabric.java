package io.vpccni.emulator.fabric;

import io.vpccni.emulator.Emulator;
import io.vpccni.emulator.cloud.FabricListener;
import io.vpccni.emulator.cloud.Ipv6;
import io.vpccni.emulator.cloud.Subnet;
import io.vpccni.emulator.cloud.Vpc;
import io.vpccni.emulator.cloud.WireChange;
import io.vpccni.emulator.cloud.WireEni;
import io.vpccni.netlink.End;
import io.vpccni.netlink.Netlink;
import io.vpccni.netlink.Prefix;
import io.vpccni.netlink.ns.Netns;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The network of an emulator, made of namespaces and veth links of this machine. It follows the model change by change,
 * on the emulator's wire thread. All methods may be called from any platform thread.
 */
public final class Fabric implements FabricListener, AutoCloseable {
    private final WorldName world;
    private final Router router;
    private final BranchLinks branchLinks;
    private final Firewall firewall;
    private final Whoami whoami;
    private final Map<String, Guest> guests = new HashMap<>();
    private boolean closed;

    private Fabric(WorldName world, Router router, BranchLinks branchLinks, Whoami whoami) {
        this.world = world;
        this.router = router;
        this.branchLinks = branchLinks;
        this.firewall = new Firewall(world.router());
        this.whoami = whoami;
    }

    /** Why this process cannot have a fabric, in words; empty where it can. Takes some milliseconds. */
    public static Optional<String> obstacle() {
        if (!System.getProperty("os.name").equals("Linux")) {
            return Optional.of("network namespaces exist on Linux only");
        }
        try (var namespace = Netns.createUnnamed();
                var netlink = Netlink.in(namespace)) {
            netlink.batch().veth(End.named("a"), End.named("b")).run();
        } catch (IOException | RuntimeException | LinkageError e) {
            return Optional.of("making network namespaces and veth links needs root (" + e.getMessage() + ")");
        }
        Path parent = Files.exists(WorldName.DIRECTORY) ? WorldName.DIRECTORY : Path.of("/run");
        return Files.isWritable(parent) ? Optional.empty() : Optional.of(parent + " cannot be written");
    }

    public static boolean isPossible() {
        return obstacle().isEmpty();
    }

    /** As {@link #start(Emulator, String, BranchLinks)}, with {@link BranchLinks#usual}. */
    public static Fabric start(Emulator emulator, String world) throws IOException {
        return start(emulator, world, BranchLinks.usual());
    }

    /**
     * Removes what an older fabric of that name has left behind, then wires all that the emulator has. Returns when that
     * is done. Two processes must not use one name at a time.
     *
     * @param world see {@link WorldName}
     * @throws IllegalArgumentException for another name
     * @throws IOException when the kernel refuses; nothing is left behind
     */
    public static Fabric start(Emulator emulator, String world, BranchLinks branchLinks) throws IOException {
        var name = new WorldName(world);
        if (branchLinks == BranchLinks.VLAN && !BranchLinks.kernelHasVlans()) {
            throw new IOException("this kernel makes no VLAN links; branches can be macvlan");
        }
        WorldName.remove(name.present());
        try {
            var fabric = create(emulator, name, branchLinks);
            try {
                emulator.addFabric(fabric);
                return fabric;
            } catch (RuntimeException e) {
                fabric.close();
                throw e;
            }
        } catch (IOException | RuntimeException e) {
            WorldName.remove(name.present());
            throw e;
        }
    }

    private static Fabric create(Emulator emulator, WorldName name, BranchLinks branchLinks) throws IOException {
        var model = emulator.ask(core -> core.cloud().world());
        var vpcCidrs = model.vpcs().values().stream()
                .map(Vpc::cidrs)
                .flatMap(List::stream)
                .toList();
        var subnetCidrs = model.subnets().values().stream().map(Subnet::cidr).toList();
        var ipv6Cidrs = model.vpcs().values().stream()
                .map(Vpc::ipv6Cidrs)
                .flatMap(List::stream)
                .toList();
        var router = Router.create(name.router(), vpcCidrs, subnetCidrs, ipv6Cidrs, branchLinks);
        try {
            var addresses = Stream.of(Optional.of(Router.OUTSIDE), outsideIpv6(router))
                    .flatMap(Optional::stream)
                    .map(Prefix::address)
                    .toList();
            return new Fabric(name, router, branchLinks, Whoami.open(router.namespace(), addresses));
        } catch (IOException | RuntimeException e) {
            router.close();
            throw e;
        }
    }

    private static Optional<Prefix> outsideIpv6(Router router) {
        return router.hasIpv6() ? Optional.of(Ipv6Routing.OUTSIDE) : Optional.empty();
    }

    public WorldName world() {
        return world;
    }

    /** How a node has to make the links of its branches. */
    public BranchLinks branchLinks() {
        return branchLinks;
    }

    @Override
    public Optional<Path> namespaceOf(String node) {
        return Optional.of(world.node(node));
    }

    @Override
    public Optional<String> outsideAddress() {
        return Optional.of(Router.OUTSIDE.address().getHostAddress());
    }

    @Override
    public Optional<String> outsideIpv6Address() {
        return outsideIpv6(router)
                .map(prefix -> Ipv6.parse(prefix.address().getHostAddress()).toString());
    }

    @Override
    public synchronized void changed(WireChange change) {
        if (closed) {
            return;
        }
        try {
            follow(change);
        } catch (IOException e) {
            throw new UncheckedIOException("The fabric cannot follow: " + e.getMessage(), e);
        }
    }

    private void follow(WireChange change) throws IOException {
        switch (change) {
            case WireChange.NodeAdded added -> guests.put(added.node(), Guest.create(world.node(added.node())));
            case WireChange.NodeRemoved removed -> remove(removed.node());
            case WireChange.EniAttached attached -> attach(attached.node(), attached.eni());
            case WireChange.EniChanged changed -> {
                firewall.put(changed.eni());
                router.change(changed.eni());
            }
            case WireChange.EniDetached detached -> {
                router.unplug(detached.eniId());
                firewall.remove(detached.eniId());
            }
            case WireChange.BranchChanged changed -> {
                firewall.put(changed.branch().eni());
                router.change(changed.branch());
            }
            case WireChange.BranchGone gone -> {
                router.removeBranch(gone.eniId());
                firewall.remove(gone.eniId());
            }
            case WireChange.GroupChanged changed -> firewall.put(changed.group());
            case WireChange.GroupGone gone -> firewall.removeGroup(gone.groupId());
        }
    }

    private void attach(String node, WireEni eni) throws IOException {
        var guest = guests.get(node);
        if (guest == null) {
            throw new IOException("there is no namespace for " + node);
        }
        firewall.put(eni);
        var link = router.plug(node, guest.namespace(), eni);
        if (Port.isPrimary(eni)) {
            guest.boot(eni, link.link());
        }
    }

    private void remove(String node) throws IOException {
        router.unplugAll(node);
        WorldName.remove(world.pods(node));
        var guest = guests.remove(node);
        if (guest != null) {
            guest.close();
            Netns.delete(guest.path());
        }
    }

    /** Removes all namespaces of this world, those of its pods too; the emulator goes on without a network. */
    @Override
    public synchronized void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        whoami.close();
        router.close();
        guests.values().forEach(Guest::close);
        guests.clear();
        WorldName.remove(world.present());
    }
}
