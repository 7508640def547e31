package io.vpccni.emulator.cloud;

/** A change of the world that a network has to follow. */
public sealed interface WireChange {
    /** A change of a node. {@code node} is its name, such as {@code node1}. */
    sealed interface OfNode extends WireChange {
        String instanceId();

        String node();
    }

    record NodeAdded(String instanceId, String node, String instanceType) implements OfNode {}

    record NodeRemoved(String instanceId, String node) implements OfNode {}

    /** Attaching has ended: the guest sees a new link. The primary ENI comes right after its node. */
    record EniAttached(String instanceId, String node, WireEni eni) implements OfNode {}

    /** Addresses, prefixes, security groups or the source/destination check of an attached ENI are others than before. */
    record EniChanged(String instanceId, String node, WireEni eni) implements OfNode {}

    /** Detaching has ended: the link is gone, and with a trunk's link its branches. */
    record EniDetached(String instanceId, String node, String eniId, String mac) implements OfNode {}

    /** The branch of a trunk on the wire is new, or is another than before. */
    record BranchChanged(String instanceId, String node, WireBranch branch) implements OfNode {}

    /** The ENI is the branch of no trunk on the wire any more. */
    record BranchGone(String instanceId, String node, String eniId) implements OfNode {}

    /** A security group is new, or its rules are others than before. */
    record GroupChanged(SecurityGroup group) implements WireChange {}

    record GroupGone(String groupId) implements WireChange {}
}
