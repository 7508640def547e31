package io.vpccni.pool;

import io.vpccni.vpc.CloudFailure;
import java.util.Optional;

/**
 * Why a waiter has no address, read off the pool: what stands in the way now, nearest cause first. It is made at a waiter's
 * deadline, and before that for whoever asks.
 *
 * @param detail what was found, with numbers or EC2's own words
 */
public record Diagnosis(Reason reason, String detail) {

    static Diagnosis of(Pool pool) {
        Optional<PoolEni> unwired = pool.enis().stream()
                .filter(eni -> !eni.isWired() && eni.free() > 0)
                .findFirst();
        if (pool.freeze().isPresent() && (pool.isProvisionedByOthers() || hasRoom(pool)) && unwired.isEmpty()) {
            return new Diagnosis(pool.freeze().get(), frozen(pool));
        }
        Optional<CloudFailure> trouble = pool.trouble();
        if (trouble.isPresent() && hasRoom(pool)) {
            CloudFailure failure = trouble.get();
            return new Diagnosis(reasonOf(failure), failure.code() + ": " + failure.message());
        }
        int cooling = sum(pool, AddressState.Cooling.class);
        if (cooling > 0) {
            return new Diagnosis(Reason.NO_FREE_ADDRESS_COOLING, cooling + " addresses are cooling");
        }
        if (unwired.isPresent()) {
            String link = unwired.get().id() + " (" + unwired.get().eni().mac() + ")";
            String trial = unwired.get().wiringTrouble();
            return new Diagnosis(Reason.ENI_NOT_WIRED, trial.isEmpty() ? link : link + ": " + trial);
        }
        if (hasRoom(pool) || !pool.creating().isEmpty()) {
            return new Diagnosis(Reason.EC2_PENDING, pool.creating().size() + " interfaces are being created");
        }
        int held = sum(pool, AddressState.Held.class);
        if (held > 0) {
            return new Diagnosis(Reason.ADDRESSES_HELD, held + " addresses are held");
        }
        return new Diagnosis(
                Reason.ENI_LIMIT,
                pool.attached() + " of " + pool.targets().maxEnis() + " interfaces with "
                        + sum(pool, AddressState.Assigned.class) + " assigned addresses");
    }

    private static String frozen(Pool pool) {
        String counts = sum(pool, AddressState.Assigned.class) + " addresses assigned, "
                + sum(pool, AddressState.Cooling.class) + " cooling";
        return pool.trouble()
                .filter(_ -> pool.isProvisionedByOthers())
                .map(failure ->
                        counts + "; the last look for new ones failed: " + failure.code() + ": " + failure.message())
                .orElse(counts);
    }

    Answer refuse(Sandbox sandbox) {
        return new Answer.Refused(sandbox, reason, detail);
    }

    private static boolean hasRoom(Pool pool) {
        Targets targets = pool.targets();
        return pool.attached() + pool.creating().size() < targets.maxEnis()
                || pool.enis().stream().anyMatch(eni -> eni.mayBeFilled() && eni.slots() < targets.slotsPerEni());
    }

    private static int sum(Pool pool, Class<? extends AddressState> kind) {
        return pool.enis().stream().mapToInt(eni -> eni.count(kind)).sum();
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
