package io.vpccni.daemon;

import io.vpccni.branch.BranchEni;
import io.vpccni.dataplane.BranchLink;
import io.vpccni.dataplane.EniPlan;
import io.vpccni.kube.BranchAnnotation;
import io.vpccni.kube.PodFacts;
import io.vpccni.pool.Diagnosis;
import io.vpccni.pool.PodName;
import io.vpccni.pool.Reason;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpFamily;
import io.vpccni.vpc.Ipv4Cidr;
import io.vpccni.vpc.MacAddress;
import java.util.Optional;

/** How a pod is to be connected, as far as the API server says. */
sealed interface BranchVerdict {

    /** By an address of the pool. */
    record Ordinary() implements BranchVerdict {}

    /** By this branch interface. */
    record Given(int vlanId, MacAddress mac, IpAddress address, IpAddress gateway) implements BranchVerdict {

        BranchLink link(MacAddress trunk) {
            return new BranchLink(vlanId, mac, gateway, trunk);
        }
    }

    /** Something has to come first. */
    record NotYet(Diagnosis why) implements BranchVerdict {}

    /** By a branch interface that cannot be used. */
    record Unusable(String what) implements BranchVerdict {}

    /**
     * @param seen the pod of that name; empty when none is known
     * @param uid the one that the runtime means, empty for any
     */
    static BranchVerdict of(Optional<PodFacts> seen, PodName name, String uid, IpFamily family) {
        if (seen.isEmpty()) {
            return notYet(Reason.POD_UNKNOWN, name + " is not among the pods of this node");
        }
        PodFacts pod = seen.get();
        if (!pod.is(uid)) {
            return notYet(
                    Reason.POD_UNKNOWN, "%s has the uid %s, and the runtime means %s".formatted(name, pod.uid(), uid));
        }
        if (!pod.asksForBranch()) {
            return new Ordinary();
        }
        return pod.branch()
                .map(annotation -> read(annotation, family))
                .orElseGet(() -> notYet(
                        Reason.BRANCH_NOT_ANNOTATED, name + " has no annotation " + BranchAnnotation.KEY + " so far"));
    }

    private static NotYet notYet(Reason reason, String detail) {
        return new NotYet(new Diagnosis(reason, detail));
    }

    private static BranchVerdict read(String annotation, IpFamily family) {
        try {
            BranchEni eni = BranchAnnotation.read(annotation);
            Optional<IpAddress> address =
                    switch (family) {
                        case IPV4 -> eni.ipv4().map(IpAddress.class::cast);
                        case IPV6 -> eni.ipv6().map(IpAddress.class::cast);
                    };
            Optional<IpAddress> gateway =
                    switch (family) {
                        case IPV4 -> eni.subnet().map(Ipv4Cidr::gateway);
                        case IPV6 -> Optional.of(EniPlan.GATEWAY_IPV6);
                    };
            if (address.isEmpty() || gateway.isEmpty()) {
                return new Unusable("%s has no %s, which pods of this cluster need"
                        .formatted(eni.id(), address.isEmpty() ? family + " address" : "subnet"));
            }
            return new Given(eni.vlan(), eni.mac(), address.get(), gateway.get());
        } catch (IllegalArgumentException e) {
            return new Unusable(String.valueOf(e.getMessage()));
        }
    }
}
