package io.vpccni.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.vpccni.testing.Eventually;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EventsTest {

    private static final EventSubject WEB = new EventSubject.OfPod(new PodId("shop", "web"));
    private static final EventSubject NODE = new EventSubject.OfNode("node-1");

    private final TestApiServer cluster = new TestApiServer();
    private volatile Duration ahead = Duration.ZERO;
    private final InstantSource clock = () -> Instant.now().plus(ahead);
    private final ApiServer server = cluster.open();
    private final Events events = new Events(server, "node-1", _ -> Optional.of("uid-of-web"), new Random(1), clock);

    @AfterEach
    void close() {
        cluster.close();
    }

    @Test
    void anEventSaysWhatHappenedToWhom() throws Exception {
        events.record(WEB, EventType.WARNING, "ENI_LIMIT", "AssignAddress", "all in use");

        Event event = Eventually.get("the event", () -> written("shop"), list -> list.size() == 1)
                .getFirst();
        assertThat(event.getType()).isEqualTo("Warning");
        assertThat(event.getReason()).isEqualTo("ENI_LIMIT");
        assertThat(event.getAction()).isEqualTo("AssignAddress");
        assertThat(event.getNote()).isEqualTo("all in use");
        assertThat(event.getReportingController()).isEqualTo("aws-node");
        assertThat(event.getReportingInstance()).isEqualTo("node-1");
        assertThat(event.getEventTime().getTime()).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}Z");
        assertThat(event.getRegarding().getKind()).isEqualTo("Pod");
        assertThat(event.getRegarding().getNamespace()).isEqualTo("shop");
        assertThat(event.getRegarding().getName()).isEqualTo("web");
        assertThat(event.getRegarding().getUid()).isEqualTo("uid-of-web");
        assertThat(event.getSeries()).isNull();
    }

    @Test
    void anEventAboutTheNodeIsWhereKubectlLooksForIt() throws Exception {
        events.record(NODE, EventType.NORMAL, "Ready", "Start", "serving pods");

        Event event = Eventually.get("the event", () -> written("default"), list -> list.size() == 1)
                .getFirst();
        assertThat(event.getRegarding().getKind()).isEqualTo("Node");
        assertThat(event.getRegarding().getUid()).isEqualTo("node-1");
        assertThat(event.getType()).isEqualTo("Normal");
    }

    @Test
    void whatRepeatsIsCountedInOneEvent() throws Exception {
        events.record(WEB, EventType.WARNING, "ENI_LIMIT", "AssignAddress", "all in use");
        events.record(WEB, EventType.WARNING, "ENI_LIMIT", "AssignAddress", "all in use");
        countBecomes(2);

        ahead = EventSeries.REPEAT_GAP;
        events.record(WEB, EventType.WARNING, "ENI_LIMIT", "AssignAddress", "all in use");

        countBecomes(3);
        assertThat(cluster.requests("PATCH")).hasSize(1);
    }

    @Test
    void aServerThatIsAwayGetsTheEventLater() throws Exception {
        cluster.goAway();
        events.record(WEB, EventType.WARNING, "ENI_LIMIT", "AssignAddress", "all in use");
        events.record(NODE, EventType.WARNING, "ENI_LIMIT", "AssignAddress", "all in use");
        Eventually.get("the loss", server::troubles, troubles -> !troubles.isEmpty());
        cluster.comeBack();

        Eventually.get("the pod's event", () -> written("shop"), list -> list.size() == 1);
        Eventually.get("the node's event", () -> written("default"), list -> list.size() == 1);
    }

    @Test
    void aRefusedEventHoldsUpNoOther() throws Exception {
        cluster.refuse("POST", 403, 1);
        events.record(WEB, EventType.WARNING, "ENI_LIMIT", "AssignAddress", "all in use");
        events.record(NODE, EventType.WARNING, "ENI_LIMIT", "AssignAddress", "all in use");

        Eventually.get("the other event", () -> written("default"), list -> list.size() == 1);
        assertThat(written("shop")).isEmpty();
    }

    @Test
    void aNewEventDoesNotWaitUntilAnotherMayBeRepeated() throws Exception {
        events.record(NODE, EventType.WARNING, "ENI_LIMIT", "AssignAddress", "all in use");
        Eventually.get("the node's event", () -> written("default"), list -> list.size() == 1);
        events.record(NODE, EventType.WARNING, "ENI_LIMIT", "AssignAddress", "all in use");
        // Long enough that nothing but the repetition is due; a shorter pause would test less, not fail.
        TimeUnit.MILLISECONDS.sleep(EventSeries.WINDOW.multipliedBy(3).toMillis());
        Instant asked = Instant.now();

        events.record(WEB, EventType.WARNING, "ENI_LIMIT", "AssignAddress", "all in use");

        Eventually.get("the pod's event", () -> written("shop"), list -> list.size() == 1);
        assertThat(Duration.between(asked, Instant.now())).isLessThan(EventSeries.REPEAT_GAP.dividedBy(3));
    }

    @Test
    void anEventThatTheServerForgotIsWrittenAnew() throws Exception {
        events.record(WEB, EventType.WARNING, "ENI_LIMIT", "AssignAddress", "all in use");
        Event first = Eventually.get("the event", () -> written("shop"), list -> list.size() == 1)
                .getFirst();
        cluster.client().resource(first).delete();

        ahead = EventSeries.REPEAT_GAP;
        events.record(WEB, EventType.WARNING, "ENI_LIMIT", "AssignAddress", "all in use");

        List<Event> again = Eventually.get("another event", () -> written("shop"), list -> list.size() == 1);
        assertThat(again.getFirst().getMetadata().getName())
                .isNotEqualTo(first.getMetadata().getName());
    }

    private void countBecomes(int count) throws Exception {
        Eventually.get(
                "count " + count,
                () -> written("shop"),
                list -> list.size() == 1
                        && list.getFirst().getSeries() != null
                        && list.getFirst().getSeries().getCount() == count);
    }

    private List<Event> written(String namespace) {
        return cluster.client()
                .events()
                .v1()
                .events()
                .inNamespace(namespace)
                .list()
                .getItems();
    }
}
