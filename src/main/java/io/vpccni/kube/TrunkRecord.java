package io.vpccni.kube;

import io.vpccni.branch.BranchEni;
import io.vpccni.branch.KnownBranch;
import io.vpccni.branch.SecurityGroups;
import io.vpccni.kube.crd.CniNode;
import io.vpccni.kube.crd.CniNode.BranchInterface;
import io.vpccni.kube.crd.CniNode.TrunkInterface;
import io.vpccni.vpc.EniId;
import io.vpccni.vpc.IpCidr;
import io.vpccni.vpc.Ipv4Address;
import io.vpccni.vpc.Ipv4Cidr;
import io.vpccni.vpc.Ipv6Address;
import io.vpccni.vpc.Ipv6Cidr;
import io.vpccni.vpc.MacAddress;
import io.vpccni.vpc.SubnetId;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A trunk and its branches as a CNINode's status keeps them, so that a controller that starts needs not ask EC2.
 *
 * @param subnet empty where an older version has written it
 */
public record TrunkRecord(
        EniId eni, MacAddress mac, int deviceIndex, Optional<SubnetId> subnet, List<KnownBranch> branches) {

    private static final Logger LOG = Logger.getLogger(TrunkRecord.class);

    public TrunkRecord {
        branches = List.copyOf(branches);
    }

    /** What the status says. Empty when there is no trunk in it; a branch that cannot be read is left out, and said. */
    public static Optional<TrunkRecord> of(CniNode object) {
        return Optional.ofNullable(object.getStatus())
                .map(CniNode.Status::trunkInterface)
                .flatMap(trunk -> readable(
                        object.getMetadata().getName(),
                        () -> read(trunk, object.getMetadata().getName())));
    }

    private static TrunkRecord read(TrunkInterface trunk, String node) {
        return new TrunkRecord(
                new EniId(trunk.id()),
                new MacAddress(String.valueOf(trunk.macAddress())),
                Objects.requireNonNullElse(trunk.deviceIndex(), 0),
                Optional.ofNullable(trunk.subnetID()).map(SubnetId::new),
                Objects.requireNonNullElse(trunk.branches(), List.<BranchInterface>of()).stream()
                        .flatMap(branch -> readable(node, () -> read(branch)).stream())
                        .toList());
    }

    private static <T> Optional<T> readable(String node, Supplier<T> read) {
        try {
            return Optional.of(read.get());
        } catch (IllegalArgumentException e) {
            LOG.warnf("status of CNINode %s: %s; EC2 is asked instead", node, e.getMessage());
            return Optional.empty();
        }
    }

    private static KnownBranch read(BranchInterface branch) {
        return new KnownBranch(
                new BranchEni(
                        new EniId(branch.id()),
                        new MacAddress(String.valueOf(branch.macAddress())),
                        first(branch.ipv4CIDRs(), cidr -> Ipv4Cidr.parse(cidr).base()),
                        first(branch.ipv6CIDRs(), cidr -> Ipv6Cidr.parse(cidr).base()),
                        branch.vlanID(),
                        Optional.ofNullable(branch.subnetCIDR()).map(Ipv4Cidr::parse),
                        Optional.ofNullable(branch.subnetV6CIDR()).map(Ipv6Cidr::parse),
                        Optional.ofNullable(branch.associationID())),
                Optional.ofNullable(branch.securityGroups()).map(SecurityGroups::new));
    }

    private static <T> Optional<T> first(@Nullable List<String> cidrs, Function<String, T> read) {
        return cidrs == null ? Optional.empty() : cidrs.stream().findFirst().map(read);
    }

    /** The status that says this. */
    public CniNode.Status toStatus() {
        return new CniNode.Status(new TrunkInterface(
                eni.value(),
                mac.value(),
                deviceIndex,
                subnet.map(SubnetId::value).orElse(null),
                branches.stream().map(TrunkRecord::written).toList()));
    }

    private static BranchInterface written(KnownBranch branch) {
        BranchEni eni = branch.eni();
        return new BranchInterface(
                eni.id().value(),
                eni.vlan(),
                eni.association().orElse(null),
                eni.mac().value(),
                text(eni.subnet()),
                text(eni.ipv6Subnet()),
                branch.groups().map(SecurityGroups::ids).orElse(null),
                eni.ipv4()
                        .map(Ipv4Address::alone)
                        .map(IpCidr::toString)
                        .map(List::of)
                        .orElse(null),
                eni.ipv6()
                        .map(Ipv6Address::alone)
                        .map(IpCidr::toString)
                        .map(List::of)
                        .orElse(null));
    }

    private static @Nullable String text(Optional<?> value) {
        return value.map(Object::toString).orElse(null);
    }
}
