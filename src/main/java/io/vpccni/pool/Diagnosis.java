package io.vpccni.pool;

import io.vpccni.vpc.CloudFailure;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Why a waiter has no address, read off the pool: what stands in the way now, nearest cause first. It is made at a waiter's
 * deadline, and before that for whoever asks.
 *
 * @param detail what was found, with numbers or EC2's own words
 */
public record Diagnosis(Reason reason, String detail) {

    /**
     * @param cards the network cards that lack an address
     */
    static Diagnosis of(Pool pool, Set<Integer> cards) {
        List<PoolEni> enis =
                pool.enis().stream().filter(eni -> cards.contains(eni.card())).toList();
        boolean hasRoom = cards.stream().anyMatch(card -> hasRoom(pool, card));
        Optional<PoolEni> unwired =
                enis.stream().filter(eni -> !eni.isWired() && eni.free() > 0).findFirst();
        if (pool.freeze().isPresent() && (pool.isProvisionedByOthers() || hasRoom) && unwired.isEmpty()) {
            return new Diagnosis(pool.freeze().get(), frozen(pool, enis));
        }
        Optional<CloudFailure> trouble = pool.trouble();
        int creating =
                cards.stream().mapToInt(card -> pool.creating(card).size()).sum();
        // A call that is tried again takes the place that it asks for: the node may have no other.
        if (trouble.isPresent() && (hasRoom || creating > 0)) {
            CloudFailure failure = trouble.get();
            return new Diagnosis(reasonOf(failure), failure.code() + ": " + failure.message());
        }
        // Before addresses that rest: those are back in seconds, and a link that never comes is worth knowing.
        if (unwired.isPresent()) {
            String link = unwired.get().id() + " (" + unwired.get().eni().mac() + ")";
            String trial = unwired.get().wiringTrouble();
            return new Diagnosis(Reason.ENI_NOT_WIRED, trial.isEmpty() ? link : link + ": " + trial);
        }
        int cooling = sum(enis, AddressState.Cooling.class);
        if (cooling > 0) {
            return new Diagnosis(Reason.NO_FREE_ADDRESS_COOLING, cooling + " addresses are cooling");
        }
        if (hasRoom || creating > 0) {
            return new Diagnosis(Reason.EC2_PENDING, creating + " interfaces are being created");
        }
        int held = sum(enis, AddressState.OnHold.class);
        if (held > 0) {
            return new Diagnosis(Reason.ADDRESSES_HELD, held + " addresses are held");
        }
        return new Diagnosis(
                Reason.ENI_LIMIT,
                cards.stream().mapToInt(pool::attached).sum() + " of "
                        + cards.stream().mapToInt(pool.targets()::maxEnis).sum() + " interfaces with "
                        + sum(enis, AddressState.Assigned.class) + " assigned addresses"
                        + (cards.equals(pool.targets().cards()) ? "" : " on the network cards " + cards));
    }

    private static String frozen(Pool pool, List<PoolEni> enis) {
        String counts = sum(enis, AddressState.Assigned.class) + " addresses assigned, "
                + sum(enis, AddressState.Cooling.class) + " cooling";
        return pool.trouble()
                .filter(_ -> pool.isProvisionedByOthers())
                .map(failure ->
                        counts + "; the last look for new ones failed: " + failure.code() + ": " + failure.message())
                .orElse(counts);
    }

    Answer refuse(Sandbox sandbox) {
        return new Answer.Refused(sandbox, reason, detail);
    }

    private static boolean hasRoom(Pool pool, int card) {
        Targets targets = pool.targets();
        return pool.taken(card) + pool.creating(card).size() < targets.maxEnis(card)
                || pool.enis(card).stream().anyMatch(eni -> eni.mayBeFilled() && eni.slots() < targets.slotsPerEni());
    }

    private static int sum(List<PoolEni> enis, Class<? extends AddressState> kind) {
        return enis.stream().mapToInt(eni -> eni.count(kind)).sum();
    }

    private static Reason reasonOf(CloudFailure failure) {
        return switch (failure.kind()) {
            case SUBNET_EXHAUSTED -> Reason.SUBNET_EXHAUSTED;
            case NO_CONTIGUOUS_PREFIX -> Reason.NO_CONTIGUOUS_PREFIX;
            case NO_SUBNET -> Reason.NO_SUITABLE_SUBNET;
            case NO_ENI_CONFIG -> Reason.ENI_CONFIG_MISSING;
            case THROTTLED -> Reason.EC2_THROTTLED;
            case DENIED -> Reason.IAM_DENIED;
            case NO_ANSWER -> Reason.EC2_UNREACHABLE;
            case ENI_LIMIT ->
                failure.code().equals("NetworkInterfaceLimitExceeded") ? Reason.ENI_QUOTA : Reason.ENI_LIMIT;
            case ADDRESS_LIMIT, NOT_FOUND, REFUSED -> Reason.EC2_REFUSED;
        };
    }
}
