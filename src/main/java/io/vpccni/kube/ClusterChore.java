package io.vpccni.kube;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseSpec;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Something that one node of the cluster does now and then, for all. A {@code coordination.k8s.io/v1} Lease says whose turn it
 * is: written with the resource version that was read, so that of two nodes one gets it; renewed while the work lasts; given
 * back at the end, with the time, so that the others know that it has been done.
 */
public final class ClusterChore {

    /** Whose turn it was. */
    public sealed interface Turn {
        /** This node's, and the work is done. */
        record Own() implements Turn {}

        /** Another node is at it, or did it a short while ago. */
        record OfAnother() implements Turn {}

        /** Nobody can say: the API server is away, or does not let us have leases. */
        record Unknown(String why) implements Turn {}
    }

    /** The work was given up: another node has the Lease, or may have it. */
    static final class LeaseLost extends RuntimeException {
        private static final long serialVersionUID = 1L;

        LeaseLost(String name) {
            super("the Lease " + name + " was lost");
        }
    }

    private static final Logger LOG = Logger.getLogger(ClusterChore.class);

    private static final Duration HOLD = Duration.ofMinutes(1);
    private static final int CONFLICT = 409;

    /** A renewal that is still under way when the work ends may come first. */
    private static final int RELEASE_TRIES = 2;

    private final ApiServer server;
    private final String namespace;
    private final String name;
    private final String self;
    private final LeaseTerms terms;
    private final InstantSource clock;

    ClusterChore(ApiServer server, String namespace, String name, String self, LeaseTerms terms, InstantSource clock) {
        this.server = server;
        this.namespace = namespace;
        this.name = name;
        this.self = self;
        this.terms = terms;
        this.clock = clock;
    }

    /**
     * @param name the Lease's
     * @param self this node's name
     * @param pause from the end of the work to its next beginning, on any node
     */
    public static ClusterChore of(
            ApiServer server, String namespace, String name, String self, Duration pause, InstantSource clock) {
        return new ClusterChore(server, namespace, name, self, new LeaseTerms(HOLD, pause), clock);
    }

    /** Does the work if it is due and nobody else is at it. Fails as the work does. */
    public Uni<Turn> ifDue(Supplier<Uni<Void>> work) {
        return server.call(this::take)
                .<Turn>map(taken -> taken ? new Turn.Own() : new Turn.OfAnother())
                .onFailure()
                .recoverWithItem(failure -> new Turn.Unknown(ApiServer.words(failure)))
                .call(turn ->
                        turn instanceof Turn.Own ? hold(work) : Uni.createFrom().voidItem());
    }

    private boolean take(KubernetesClient client) {
        Optional<Lease> found = read(client);
        Instant now = clock.instant();
        if (found.isEmpty()) {
            return unlessConflict(() -> client.resource(new LeaseBuilder()
                            .withNewMetadata()
                            .withNamespace(namespace)
                            .withName(name)
                            .endMetadata()
                            .withSpec(taken(new LeaseSpec(), now))
                            .build())
                    .create());
        }
        Lease lease = found.get();
        LeaseSpec spec = Objects.requireNonNullElseGet(lease.getSpec(), LeaseSpec::new);
        if (terms.judge(holder(spec), renewed(spec), self, now) != LeaseTerms.Verdict.FREE) {
            return false;
        }
        lease.setSpec(taken(spec, now));
        return write(client, lease);
    }

    private Uni<Void> hold(Supplier<Uni<Void>> work) {
        AtomicReference<Instant> ours = new AtomicReference<>(clock.instant().plus(terms.hold()));
        Duration third = terms.hold().dividedBy(3);
        Uni<Void> lost = Multi.createFrom()
                .ticks()
                .startingAfter(third)
                .every(third)
                .onOverflow()
                .drop()
                .onItem()
                .transformToUniAndConcatenate(_ -> renew(ours))
                .onItem()
                .ignoreAsUni();
        return Uni.combine()
                .any()
                .<Void>of(Uni.createFrom().deferred(work::get), lost)
                .onItemOrFailure()
                .call((_, failure) -> release(failure == null));
    }

    /**
     * Fails with {@link LeaseLost}.
     *
     * @param ours until when nobody else may take the Lease
     */
    private Uni<Void> renew(AtomicReference<Instant> ours) {
        Instant now = clock.instant();
        return server.call(client -> rewrite(client, spec -> spec.setRenewTime(micros(now))))
                .invoke(held -> {
                    if (held) {
                        ours.set(now.plus(terms.hold()));
                    }
                })
                .onFailure()
                .recoverWithItem(() -> clock.instant().isBefore(ours.get()))
                .invoke(held -> {
                    if (!held) {
                        throw new LeaseLost(name);
                    }
                })
                .replaceWithVoid();
    }

    /** Lets the next one have it: after the pause when the work is done, else at once. */
    private Uni<Void> release(boolean done) {
        Instant now = clock.instant();
        return server.call(client -> {
                    for (int tries = 0; tries < RELEASE_TRIES; tries++) {
                        if (rewrite(client, spec -> {
                            spec.setHolderIdentity(null);
                            spec.setRenewTime(done ? micros(now) : null);
                        })) {
                            return true;
                        }
                    }
                    return false;
                })
                .onFailure()
                .invoke(failure -> LOG.debugf(
                        "the Lease %s ends by itself, it could not be given back: %s", name, ApiServer.words(failure)))
                .onFailure()
                .recoverWithItem(false)
                .replaceWithVoid();
    }

    private Optional<Lease> read(KubernetesClient client) {
        return Optional.ofNullable(
                client.leases().inNamespace(namespace).withName(name).get());
    }

    /** Changes the Lease if it is this node's. Returns whether it was, and still is what was read. */
    private boolean rewrite(KubernetesClient client, Consumer<LeaseSpec> change) {
        Optional<Lease> found =
                read(client).filter(lease -> holder(lease.getSpec()).equals(Optional.of(self)));
        found.ifPresent(lease -> change.accept(lease.getSpec()));
        return found.filter(lease -> write(client, lease)).isPresent();
    }

    private static boolean write(KubernetesClient client, Lease lease) {
        return unlessConflict(() -> client.resource(lease)
                .lockResourceVersion(lease.getMetadata().getResourceVersion())
                .update());
    }

    /** Whether it could be written; fails for any other reason than that somebody else was quicker. */
    private static boolean unlessConflict(Runnable write) {
        try {
            write.run();
            return true;
        } catch (KubernetesClientException failure) {
            if (failure.getCode() == CONFLICT) {
                return false;
            }
            throw failure;
        }
    }

    private LeaseSpec taken(LeaseSpec spec, Instant now) {
        spec.setLeaseTransitions(Objects.requireNonNullElse(spec.getLeaseTransitions(), 0) + 1);
        spec.setHolderIdentity(self);
        spec.setLeaseDurationSeconds(Math.toIntExact(Math.max(1, terms.hold().toSeconds())));
        spec.setAcquireTime(micros(now));
        spec.setRenewTime(micros(now));
        return spec;
    }

    private static Optional<String> holder(LeaseSpec spec) {
        return Optional.ofNullable(spec.getHolderIdentity()).filter(holder -> !holder.isEmpty());
    }

    private static Optional<Instant> renewed(LeaseSpec spec) {
        return Optional.ofNullable(spec.getRenewTime()).map(ZonedDateTime::toInstant);
    }

    /** Times of a Lease have microseconds. */
    private static ZonedDateTime micros(Instant time) {
        return time.truncatedTo(ChronoUnit.MICROS).atZone(ZoneOffset.UTC);
    }
}
