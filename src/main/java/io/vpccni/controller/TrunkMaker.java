package io.vpccni.controller;

import io.smallrye.mutiny.Uni;
import io.vpccni.branch.InstanceFacts;
import io.vpccni.ec2.CloudException;
import io.vpccni.ec2.TrunkAccess;
import io.vpccni.ec2.TrunkCalls;
import io.vpccni.ec2.TrunkCalls.Place;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** Finds an instance its trunk, or makes one. */
final class TrunkMaker {

    private final TrunkCalls ec2;
    private final String era;

    /** A creation that came to nothing is answered alike when it is asked for with the same token. */
    private final AtomicInteger attempts = new AtomicInteger();

    /** @param era tells this run of the controller from earlier ones */
    TrunkMaker(TrunkCalls ec2, String era) {
        this.ec2 = ec2;
        this.era = era;
    }

    /** Why a node has no trunk and will have none until somebody changes something. */
    static final class Impossible extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Impossible(String message) {
            super(message);
        }
    }

    /** The trunk that the instance has, else a new one. Fails with {@link Impossible} where there can be none. */
    Uni<InstanceFacts.Interface> trunkOn(InstanceFacts instance, Place place) {
        return instance.trunk()
                .map(present -> Uni.createFrom().item(present))
                .orElseGet(() -> ec2.slots(instance.type()).chain(slots -> make(instance, place, slots)));
    }

    private Uni<InstanceFacts.Interface> make(InstanceFacts instance, Place place, int slots) {
        Optional<Integer> index = instance.freeIndex(slots);
        if (index.isEmpty()) {
            return Uni.createFrom()
                    .failure(new Impossible("All " + slots + " interface slots of the instance are taken: a trunk needs"
                            + " one. Start the node with ENABLE_POD_ENI=true, which keeps one free"));
        }
        String token = instance.id() + "-trunk-" + era + "-" + attempts.getAndIncrement();
        return ec2.createTrunk(place, token, index.get())
                .onFailure(CloudException.class)
                .recoverWithUni(failure ->
                        ec2.probe(place).chain(access -> Uni.createFrom().failure(explained(access, failure))));
    }

    private static Throwable explained(TrunkAccess access, Throwable failure) {
        return switch (access) {
            case OPEN -> failure;
            case CLOSED ->
                new Impossible("EC2 has not opened trunk interfaces to this account (" + failure.getMessage()
                        + "). On EKS leave security groups for pods to the control plane; elsewhere ask AWS support to"
                        + " allow-list the account");
            case DENIED ->
                new Impossible("The controller's role may not create a trunk interface (" + failure.getMessage()
                        + "): attach the policy AmazonEKSVPCResourceController");
        };
    }
}
