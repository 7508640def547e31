package io.vpccni.emulator.cloud;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a network must be told of worlds. */
final class Wire {
    private Wire() {}

    /** The changes that lead from nothing to what is on the wire in a world. */
    static List<WireChange> all(World world) {
        List<WireChange> changes = new ArrayList<>();
        world.groups().values().forEach(group -> changes.add(new WireChange.GroupChanged(group)));
        for (Instance node : world.instances().values()) {
            changes.add(
                    new WireChange.NodeAdded(node.id(), node.name(), node.type().name()));
            world.interfacesOf(node.id()).forEach(eni -> link(world, eni).ifPresent(changes::add));
        }
        world.interfaces().values().forEach(eni -> branch(world, eni).ifPresent(changes::add));
        return changes;
    }

    /** The changes for a world in which one ENI is another than before, is new, or is gone. */
    static List<WireChange> between(World before, World after, String eniId) {
        List<WireChange> changes = new ArrayList<>();
        linkBetween(before, after, eniId).ifPresent(changes::add);
        branches(before, after, eniId)
                .forEach(id -> branchBetween(before, after, id).ifPresent(changes::add));
        return changes;
    }

    /** The ENI itself and, if it is a trunk, its branches of both worlds. */
    private static Set<String> branches(World before, World after, String eniId) {
        Set<String> ids = new LinkedHashSet<>(List.of(eniId));
        for (World world : List.of(before, after)) {
            NetworkInterface eni = world.interfaces().get(eniId);
            if (eni != null && eni.isTrunk()) {
                world.branchesOf(eniId).forEach(branch -> ids.add(branch.id()));
            }
        }
        return ids;
    }

    private static Optional<WireChange> linkBetween(World before, World after, String eniId) {
        Optional<WireChange.EniAttached> was = link(before, before.interfaces().get(eniId));
        Optional<WireChange.EniAttached> is = link(after, after.interfaces().get(eniId));
        if (is.isEmpty()) {
            return was.map(one -> new WireChange.EniDetached(
                    one.instanceId(), one.node(), eniId, one.eni().mac()));
        }
        WireChange.EniAttached now = is.get();
        if (was.isEmpty()) {
            return Optional.of(now);
        }
        return was.equals(is)
                ? Optional.empty()
                : Optional.of(new WireChange.EniChanged(now.instanceId(), now.node(), now.eni()));
    }

    private static Optional<WireChange> branchBetween(World before, World after, String eniId) {
        Optional<WireChange.BranchChanged> was =
                branch(before, before.interfaces().get(eniId));
        Optional<WireChange.BranchChanged> is = branch(after, after.interfaces().get(eniId));
        if (is.isEmpty()) {
            return was.map(one -> new WireChange.BranchGone(one.instanceId(), one.node(), eniId));
        }
        return was.equals(is) ? Optional.empty() : Optional.of(is.get());
    }

    private static Optional<WireChange.EniAttached> link(World world, @Nullable NetworkInterface eni) {
        Attachment attachment = eni == null ? null : eni.attachment();
        if (eni == null || attachment == null || !eni.hasLink()) {
            return Optional.empty();
        }
        return Optional.of(new WireChange.EniAttached(
                attachment.instanceId(),
                nodeName(world, attachment),
                WireEni.of(eni, world.subnetOf(eni), attachment)));
    }

    private static Optional<WireChange.BranchChanged> branch(World world, @Nullable NetworkInterface eni) {
        TrunkAssociation association = eni == null ? null : eni.association();
        if (eni == null || association == null) {
            return Optional.empty();
        }
        return link(world, world.interfaces().get(association.trunkEniId()))
                .map(trunk -> new WireChange.BranchChanged(
                        trunk.instanceId(),
                        trunk.node(),
                        new WireBranch(
                                association.trunkEniId(),
                                association.vlanId(),
                                WireEni.of(eni, world.subnetOf(eni), placeOf(world, association)))));
    }

    private static Attachment placeOf(World world, TrunkAssociation association) {
        NetworkInterface trunk = Objects.requireNonNull(world.interfaces().get(association.trunkEniId()));
        return Objects.requireNonNull(trunk.attachment());
    }

    private static String nodeName(World world, Attachment attachment) {
        return Objects.requireNonNull(world.instances().get(attachment.instanceId()))
                .name();
    }
}
