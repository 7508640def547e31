package io.vpccni.emulator;

import io.vpccni.emulator.cloud.Attachment;
import io.vpccni.emulator.cloud.Block;
import io.vpccni.emulator.cloud.Cloud;
import io.vpccni.emulator.cloud.CloudError;
import io.vpccni.emulator.cloud.Ec2Request;
import io.vpccni.emulator.cloud.Ec2Result;
import io.vpccni.emulator.cloud.Ipv4;
import io.vpccni.emulator.cloud.Ipv4Cidr;
import io.vpccni.emulator.cloud.Ipv6;
import io.vpccni.emulator.cloud.Ipv6Cidr;
import io.vpccni.emulator.cloud.NetworkInterface;
import io.vpccni.emulator.cloud.Query;
import io.vpccni.emulator.faults.Faults;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * EC2 calls of another principal of the account: no delay, throttle or injected error, no entry in the journal. EC2 refuses
 * what it always refuses.
 */
public final class SomebodyElse {
    private final Cloud cloud;
    private final Faults faults;

    SomebodyElse(Cloud cloud, Faults faults) {
        this.cloud = cloud;
        this.faults = faults;
    }

    /**
     * Any call. Attaching and detaching take as long as for the node's own calls.
     *
     * @throws CloudError as EC2 would answer
     */
    public Ec2Result call(Ec2Request request, Instant now) {
        return cloud.call(request, now, faults.delays().settle(request.action()), Duration.ZERO);
    }

    /**
     * Detaches an ENI from its instance, by force.
     *
     * @throws CloudError InvalidNetworkInterfaceID.NotFound; IncorrectState when it is not attached;
     *     OperationNotPermitted for a primary ENI
     */
    public void detach(String eniId, Instant now) {
        call(new Ec2Request.DetachNetworkInterface(attachmentId(eniId, now), true), now);
    }

    /**
     * Deletes an ENI; if it is attached, it is detached before, which takes no time then.
     *
     * @throws CloudError InvalidNetworkInterfaceID.NotFound; OperationNotPermitted for a primary ENI; IncorrectState while
     *     it attaches or detaches
     */
    public void delete(String eniId, Instant now) {
        if (eni(eniId, now).attachment() != null) {
            cloud.call(new Ec2Request.DetachNetworkInterface(attachmentId(eniId, now), true), now);
        }
        call(new Ec2Request.DeleteNetworkInterface(eniId), now);
    }

    /**
     * Takes addresses and prefixes from an ENI. With both families these are two calls, that for IPv4 first.
     *
     * @throws CloudError InvalidNetworkInterfaceID.NotFound; InvalidParameterValue when the ENI does not have one of them,
     *     or for its primary address
     */
    public void unassign(String eniId, List<String> addressesAndPrefixes, Instant now) {
        List<Block> blocks = addressesAndPrefixes.stream().map(Block::parse).toList();
        List<String> ipv4 = texts(blocks, Ipv4.class);
        List<String> ipv4Prefixes = texts(blocks, Ipv4Cidr.class);
        List<String> ipv6 = texts(blocks, Ipv6.class);
        List<String> ipv6Prefixes = texts(blocks, Ipv6Cidr.class);
        if (!ipv4.isEmpty() || !ipv4Prefixes.isEmpty()) {
            call(new Ec2Request.UnassignPrivateIpAddresses(eniId, ipv4, ipv4Prefixes), now);
        }
        if (!ipv6.isEmpty() || !ipv6Prefixes.isEmpty()) {
            call(new Ec2Request.UnassignIpv6Addresses(eniId, ipv6, ipv6Prefixes), now);
        }
    }

    private static List<String> texts(List<Block> blocks, Class<? extends Block> kind) {
        return blocks.stream().filter(kind::isInstance).map(Block::toString).toList();
    }

    private NetworkInterface eni(String eniId, Instant now) {
        return switch (call(new Ec2Request.DescribeNetworkInterfaces(Query.ids(eniId)), now)) {
            case Ec2Result.Interfaces found -> found.interfaces().getFirst();
            default -> throw new IllegalStateException(eniId);
        };
    }

    private String attachmentId(String eniId, Instant now) {
        Attachment attachment = eni(eniId, now).attachment();
        if (attachment == null) {
            throw new CloudError("IncorrectState", "Interface: [" + eniId + "] is not attached");
        }
        return attachment.id();
    }
}
