package io.vpccni.emulator.cloud;

/** A change of the world that a network has to follow. {@code node} is the node's name, such as {@code node1}. */
public sealed interface WireChange {
    String instanceId();

    String node();

    record NodeAdded(String instanceId, String node, String instanceType) implements WireChange {}

    record NodeRemoved(String instanceId, String node) implements WireChange {}

    /** Attaching has ended: the guest sees a new link. The primary ENI comes right after its node. */
    record EniAttached(String instanceId, String node, WireEni eni) implements WireChange {}

    /** Addresses, prefixes or the source/destination check of an attached ENI are others than before. */
    record EniChanged(String instanceId, String node, WireEni eni) implements WireChange {}

    /** Detaching has ended: the link is gone. */
    record EniDetached(String instanceId, String node, String eniId, String mac) implements WireChange {}
}
