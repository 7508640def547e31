package io.vpccni.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.explain.Outcome;
import io.vpccni.pool.Diagnosis;
import io.vpccni.pool.PodName;
import io.vpccni.pool.PoolEvent;
import io.vpccni.pool.PoolFigures;
import io.vpccni.pool.PoolView;
import io.vpccni.pool.Reason;
import io.vpccni.vpc.CloudFailure;
import io.vpccni.vpc.EniId;
import io.vpccni.vpc.Ipv4Address;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServingRecordTest {

    private static final Outcome GRANTED = new Outcome.Granted(Ipv4Address.parse("10.0.0.20"));
    private static final Outcome NOT_WIRED = new Outcome.Refused(Reason.WIRING_FAILED, "no route");
    private static final PoolEvent DENIED = new PoolEvent.EniFailed(
            new EniId("eni-1"),
            new CloudFailure(CloudFailure.Kind.DENIED, "UnauthorizedOperation", "no", Duration.ZERO));

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            name                                | free | assigned | coming | reason           | able
            an address is free                  | 1    | 0        | 0      |                  | true
            the node is full                    | 0    | 9        | 0      | ENI_LIMIT        | true
            the subnet is full                  | 0    | 1        | 0      | SUBNET_EXHAUSTED | true
            all addresses rest                  | 0    | 1        | 0      | NO_FREE_ADDRESS_COOLING | true
            EC2 is at work                      | 0    | 1        | 3      | EC2_PENDING      | true
            EC2 does not answer those who wait  | 0    | 1        | 0      | EC2_UNREACHABLE  | false
            a permission is missing             | 0    | 1        | 0      | IAM_DENIED       | false
            EC2 is away and an address is free  | 1    | 0        | 0      | EC2_UNREACHABLE  | true
            pods have addresses and none is left | 0   | 9        | 0      |                  | true
            the first addresses are on their way | 0   | 0        | 3      |                  | false
            """, useHeadersInDisplayName = true)
    void aFullNodeServesAndABrokenOneDoesNot(
            String name, int free, int assigned, int coming, Reason reason, boolean isAble) {
        assertThat(ServingRecord.BEGINNING
                        .obstacle(view(free, assigned, coming, Optional.ofNullable(reason)))
                        .isEmpty())
                .isEqualTo(isAble);
    }

    @Test
    void aNodeThatWantsNoAddressAheadServesWhenItIsSeenIdleTwice() {
        PoolView idle = view(0, 0, 0, Optional.empty());

        assertThat(ServingRecord.BEGINNING.obstacle(idle)).contains("the first addresses have not come yet");
        assertThat(ServingRecord.BEGINNING.after(idle).obstacle(idle)).isEmpty();
    }

    @Test
    void aNodeThatGotNoFirstAddressDoesNotServeUntilItGetsOne() {
        PoolView idle = view(0, 0, 0, Optional.empty());
        ServingRecord denied = ServingRecord.BEGINNING.after(DENIED).after(idle);

        assertThat(denied.obstacle(idle)).contains("UnauthorizedOperation: no");
        assertThat(denied.after(new PoolEvent.EniWired(new EniId("eni-1"))).obstacle(idle))
                .isEmpty();
    }

    @Test
    void aNodeThatServedOnceServesWithoutAddresses() {
        ServingRecord served = ServingRecord.BEGINNING.after(view(1, 0, 0, Optional.empty()));

        assertThat(served.after(DENIED).obstacle(view(0, 0, 0, Optional.empty())))
                .isEmpty();
    }

    @Test
    void twoPodsThatCannotBeConnectedAreTheNodesFaultAndOneIsItsOwn() {
        PoolView free = view(5, 0, 0, Optional.empty());
        ServingRecord once = ServingRecord.BEGINNING.after(pod("a"), NOT_WIRED).after(pod("a"), NOT_WIRED);
        ServingRecord twice = once.after(pod("b"), NOT_WIRED);

        assertThat(once.obstacle(free)).isEmpty();
        assertThat(twice.obstacle(free)).contains("WIRING_FAILED: no route");
        assertThat(twice.after(pod("c"), GRANTED).obstacle(free)).isEmpty();
        assertThat(once.after(pod("c"), GRANTED).after(pod("b"), NOT_WIRED).obstacle(free))
                .isEmpty();
    }

    @Test
    void aRefusalForAnotherReasonIsNoSign() {
        PoolView free = view(5, 0, 0, Optional.empty());
        Outcome refused = new Outcome.Refused(Reason.ENI_LIMIT, "full");

        assertThat(ServingRecord.BEGINNING
                        .after(pod("a"), refused)
                        .after(pod("b"), refused)
                        .obstacle(free))
                .isEmpty();
    }

    private static PodName pod(String name) {
        return new PodName("shop", name);
    }

    private static PoolView view(int free, int assigned, int coming, Optional<Reason> whyWaiting) {
        return new PoolView(
                List.of(),
                List.of(),
                List.of(),
                0,
                new PoolFigures(
                        free, assigned, 0, 0, coming, free + assigned, 1, 3, 27, whyWaiting.isPresent() ? 1 : 0),
                whyWaiting.map(reason -> new Diagnosis(reason, "detail")),
                Optional.empty(),
                true);
    }
}
