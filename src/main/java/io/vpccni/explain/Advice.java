package io.vpccni.explain;

import io.vpccni.explain.Phase.Step;
import io.vpccni.pool.PoolFigures;
import io.vpccni.pool.Reason;
import java.time.Duration;

/**
 * What a person can do about an ADD that failed, waits or was slow.
 *
 * <pre>
 * granted, 1 s or more in       with                    says
 * WAITING_FOR_ADDRESS           a throttled call        what helps against EC2_THROTTLED
 * WAITING_FOR_ADDRESS           nothing free, cooling   what helps against NO_FREE_ADDRESS_COOLING
 * WAITING_FOR_ADDRESS           nothing of that         a larger warm target
 * QUEUED                                                the daemon was starting or busy
 * STATE_FILE                                            the disk
 * DATA_PLANE                                            the kernel
 * </pre>
 */
final class Advice {

    /** From here on an ADD is slow: a pod on an idle node takes a few milliseconds. */
    static final Duration SLOW = Duration.ofSeconds(1);

    private Advice() {}

    static String on(Timeline add) {
        return switch (add.outcome()) {
            case Outcome.Refused refused -> refused.reason().advice();
            case Outcome.Waiting waiting -> waiting.why().reason().advice();
            case Outcome.HungUp _ ->
                "compare the runtime's patience with the phases: the caller gave up after " + add.total();
            case Outcome.Granted _, Outcome.Connecting _ -> onSlowness(add);
        };
    }

    private static String onSlowness(Timeline add) {
        if (isSlow(add, Step.WAITING_FOR_ADDRESS)) {
            return onWaiting(add);
        }
        if (isSlow(add, Step.QUEUED)) {
            return "the daemon was starting or very busy; see its log of that time";
        }
        if (isSlow(add, Step.STATE_FILE)) {
            return "writing the state file was slow; look at the disk below its folder";
        }
        if (isSlow(add, Step.DATA_PLANE)) {
            return "the kernel was slow; look for other programs that change links, routes or rules";
        }
        return "";
    }

    private static String onWaiting(Timeline add) {
        if (add.calls().stream()
                .anyMatch(call -> call.end().filter(ApiCall.End::throttled).isPresent())) {
            return Reason.EC2_THROTTLED.advice();
        }
        if (add.atArrival().filter(Advice::onlyCooling).isPresent()) {
            return Reason.NO_FREE_ADDRESS_COOLING.advice();
        }
        return "raise WARM_IP_TARGET or WARM_ENI_TARGET, so that addresses are there before their pods";
    }

    private static boolean onlyCooling(PoolFigures figures) {
        return figures.free() == 0 && figures.coming() == 0 && figures.cooling() > 0;
    }

    private static boolean isSlow(Timeline add, Step step) {
        return add.took(step).compareTo(SLOW) >= 0;
    }
}
