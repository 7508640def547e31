package io.vpccni.branch;

import io.vpccni.vpc.EniId;
import io.vpccni.vpc.MacAddress;
import io.vpccni.vpc.SubnetId;

/**
 * A trunk interface on an instance.
 *
 * @param instanceId the instance, which is what a trunk belongs to: names of nodes come back with other instances
 * @param node name of the Node
 * @param subnet where new branches are created
 * @param limit branches that the instance type allows
 */
public record TrunkFacts(
        String instanceId, String node, EniId eni, MacAddress mac, int deviceIndex, SubnetId subnet, int limit) {

    /** The same node with another trunk. */
    public TrunkFacts with(InstanceFacts.Interface trunk) {
        return new TrunkFacts(instanceId, node, trunk.id(), trunk.mac(), trunk.deviceIndex(), subnet, limit);
    }
}
