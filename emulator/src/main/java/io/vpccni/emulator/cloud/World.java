package io.vpccni.emulator.cloud;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All that can be seen of the cloud at one moment, as a value: a reader of yesterday's world needs no lock.
 * Maps are by id, in the order of creation.
 */
public record World(
        String region,
        String accountId,
        Map<String, Vpc> vpcs,
        Map<String, Subnet> subnets,
        Map<String, SecurityGroup> groups,
        Map<String, Instance> instances,
        Map<String, NetworkInterface> interfaces) {

    /** The ENIs of an instance by network card and device index, those that attach or detach included. */
    public List<NetworkInterface> interfacesOf(String instanceId) {
        return interfaces.values().stream()
                .filter(eni -> eni.attachment() != null
                        && eni.attachment().instanceId().equals(instanceId))
                .sorted(Comparator.comparing(
                        eni -> Objects.requireNonNull(eni.attachment()),
                        Comparator.comparingInt(Attachment::networkCard).thenComparingInt(Attachment::deviceIndex)))
                .toList();
    }

    /** The branches of a trunk, in the order of creation. */
    public List<NetworkInterface> branchesOf(String trunkEniId) {
        return interfaces.values().stream()
                .filter(eni -> eni.association() != null
                        && eni.association().trunkEniId().equals(trunkEniId))
                .toList();
    }

    /** The ENI at device index 0 of network card 0. */
    public Optional<NetworkInterface> primaryInterface(String instanceId) {
        return interfacesOf(instanceId).stream()
                .filter(eni -> eni.attachment() != null && eni.attachment().isPrimary())
                .findFirst();
    }

    public Subnet subnetOf(NetworkInterface eni) {
        return Objects.requireNonNull(subnets.get(eni.subnetId()));
    }

    public Vpc vpcOf(NetworkInterface eni) {
        return Objects.requireNonNull(vpcs.get(eni.vpcId()));
    }

    Stream<NetworkInterface> interfacesIn(String subnetId) {
        return interfaces.values().stream().filter(eni -> eni.subnetId().equals(subnetId));
    }

    public World with(NetworkInterface eni) {
        return new World(region, accountId, vpcs, subnets, groups, instances, put(interfaces, eni.id(), eni));
    }

    public World withoutInterface(String eniId) {
        return new World(region, accountId, vpcs, subnets, groups, instances, put(interfaces, eniId, null));
    }

    World with(Subnet subnet) {
        return new World(region, accountId, vpcs, put(subnets, subnet.id(), subnet), groups, instances, interfaces);
    }

    World with(Vpc vpc) {
        return new World(region, accountId, put(vpcs, vpc.id(), vpc), subnets, groups, instances, interfaces);
    }

    World with(SecurityGroup group) {
        return new World(region, accountId, vpcs, subnets, put(groups, group.id(), group), instances, interfaces);
    }

    World withoutGroup(String groupId) {
        return new World(region, accountId, vpcs, subnets, put(groups, groupId, null), instances, interfaces);
    }

    World with(Instance instance) {
        return new World(region, accountId, vpcs, subnets, groups, put(instances, instance.id(), instance), interfaces);
    }

    World withoutInstance(String instanceId) {
        return new World(region, accountId, vpcs, subnets, groups, put(instances, instanceId, null), interfaces);
    }

    private static <T> Map<String, T> put(Map<String, T> map, String key, @Nullable T value) {
        Map<String, T> next = new LinkedHashMap<>(map);
        if (value == null) {
            next.remove(key);
        } else {
            next.put(key, value);
        }
        return java.util.Collections.unmodifiableMap(next);
    }
}
