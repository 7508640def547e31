package io.vpccni.kernel;

import io.vpccni.dataplane.BranchLink;
import io.vpccni.netlink.Batch;
import io.vpccni.netlink.End;
import io.vpccni.netlink.Link;
import io.vpccni.netlink.LinkChange;
import java.util.Arrays;

/** Which kind of link plays a branch interface. */
public enum BranchLinkKind {
    /** As EC2 wants it: a VLAN of the trunk. */
    VLAN("vlan") {
        @Override
        Batch add(Batch batch, BranchLink branch, Link trunk) {
            return batch.vlan(end(branch), trunk.index(), branch.vlanId());
        }
    },
    /** For development on kernels without 802.1Q: a VPC of ours knows branch interfaces by their MAC addresses. */
    MACVLAN("macvlan") {
        @Override
        Batch add(Batch batch, BranchLink branch, Link trunk) {
            return batch.macvlan(end(branch), trunk.index());
        }
    };

    private final String kind;

    BranchLinkKind(String kind) {
        this.kind = kind;
    }

    /** {@code ip link add link TRUNK name BRANCH address MAC type KIND}. */
    abstract Batch add(Batch batch, BranchLink branch, Link trunk);

    private static End end(BranchLink branch) {
        return End.named(branch.name(), LinkChange.mac(KernelWords.mac(branch.mac())));
    }

    /** A branch interface's link, of whichever kind it was made, that is not on its way out. */
    static boolean isBranch(Link link) {
        return Arrays.stream(values()).anyMatch(own -> own.kind.equals(link.kind()))
                && BranchLink.tableOf(link.name()).isPresent()
                && link.group() != DeadLinks.GROUP;
    }
}
