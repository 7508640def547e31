package io.vpccni.emulator.imds;

import io.vpccni.emulator.cloud.Block;
import io.vpccni.emulator.cloud.Ipv4;
import io.vpccni.emulator.cloud.Ipv4Cidr;
import io.vpccni.emulator.cloud.Ipv6;
import io.vpccni.emulator.cloud.Ipv6Cidr;
import io.vpccni.emulator.cloud.NetworkInterface;
import io.vpccni.emulator.cloud.World;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Where IMDS of a node differs from EC2, until it is cleared. IMDS then shows another world than the one that is. */
public final class Lies {
    /** One difference. */
    public sealed interface Lie {
        record HideInterface(String eniId) implements Lie {}

        /** Not shown on whichever ENI has it. */
        record Hide(Block block) implements Lie {}

        /** Shown on the ENI after all others, whoever has it. Nothing when IMDS does not show the ENI. */
        record Show(String eniId, Block block) implements Lie {}
    }

    private final Map<String, List<Lie>> lies = new HashMap<>();

    /** One more difference. */
    public void tell(String instanceId, Lie lie) {
        lies.computeIfAbsent(instanceId, id -> new ArrayList<>()).add(lie);
    }

    public void clear(String instanceId) {
        lies.remove(instanceId);
    }

    /** In the order in which they were told. */
    public List<Lie> of(String instanceId) {
        return List.copyOf(lies.getOrDefault(instanceId, List.of()));
    }

    /** The world as IMDS of the instance shows it. */
    public World distort(World world, String instanceId) {
        World seen = world;
        for (Lie lie : of(instanceId)) {
            seen = distort(seen, instanceId, lie);
        }
        return seen;
    }

    private static World distort(World world, String instanceId, Lie lie) {
        World seen = world;
        for (NetworkInterface eni : world.interfacesOf(instanceId)) {
            seen = switch (lie) {
                case Lie.HideInterface hide -> eni.id().equals(hide.eniId()) ? seen.withoutInterface(eni.id()) : seen;
                case Lie.Hide hide -> seen.with(without(eni, hide.block()));
                case Lie.Show show ->
                    eni.id().equals(show.eniId()) ? seen.with(with(without(eni, show.block()), show.block())) : seen;
            };
        }
        return seen;
    }

    private static NetworkInterface without(NetworkInterface eni, Block block) {
        return eni.withIpv4(without(eni.addresses(), block), without(eni.prefixes(), block))
                .withIpv6(without(eni.ipv6Addresses(), block), without(eni.ipv6Prefixes(), block));
    }

    private static <T extends Block> List<T> without(List<T> all, Block block) {
        return all.stream().filter(one -> !one.equals(block)).toList();
    }

    private static NetworkInterface with(NetworkInterface eni, Block block) {
        return switch (block) {
            case Ipv4 address -> eni.withIpv4(plus(eni.addresses(), address), eni.prefixes());
            case Ipv4Cidr prefix -> eni.withIpv4(eni.addresses(), plus(eni.prefixes(), prefix));
            case Ipv6 address -> eni.withIpv6(plus(eni.ipv6Addresses(), address), eni.ipv6Prefixes());
            case Ipv6Cidr prefix -> eni.withIpv6(eni.ipv6Addresses(), plus(eni.ipv6Prefixes(), prefix));
        };
    }

    private static <T> List<T> plus(List<T> all, T one) {
        return Stream.concat(all.stream(), Stream.of(one)).toList();
    }
}
