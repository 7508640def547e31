package io.vpccni.kube;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.api.model.events.v1.EventBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.smallrye.mutiny.Uni;
import io.vpccni.kube.EventSeries.Due;
import io.vpccni.kube.EventSeries.Occurrence;
import io.vpccni.kube.crd.SecurityGroupPolicy;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;

/**
 * Tells people with {@code kubectl describe} what happened to a pod or to the node: events of events.k8s.io/v1. Nobody waits for
 * them. What repeats becomes one event with a count; how often the API server is written to is limited, and so is what waits.
 */
public final class Events {

    private static final Logger LOG = Logger.getLogger(Events.class);

    /** Who reports, as the reference calls itself. */
    static final String CONTROLLER = "aws-node";

    private static final int CONFLICT = 409;
    private static final int NOT_FOUND = 404;
    private static final int TOO_MANY = 429;
    private static final DateTimeFormatter MICROS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private final ApiServer server;
    private final String reporter;
    private final String node;
    private final Function<PodId, Optional<String>> uidOf;
    private final InstantSource clock;
    private final EventSeries series;
    private final Pauses pauses;
    private boolean working;

    /** When the next write is due while none is under way; a new event may be due before. */
    private Instant restsUntil = Instant.MIN;

    /** Counts the rests that were cut short, whose ends are not to be heeded. */
    private long round;

    private boolean refusalSaid;

    /**
     * @param node where this happens
     * @param uidOf which pod of a name is meant; without it kubectl does not show a pod's events
     */
    public Events(
            ApiServer server,
            String node,
            Function<PodId, Optional<String>> uidOf,
            RandomGenerator random,
            InstantSource clock) {
        this(server, CONTROLLER, node, uidOf, random, clock);
    }

    /**
     * @param reporter the program that reports
     * @param node where it runs, or which of its replicas it is
     */
    public Events(
            ApiServer server,
            String reporter,
            String node,
            Function<PodId, Optional<String>> uidOf,
            RandomGenerator random,
            InstantSource clock) {
        this.server = server;
        this.reporter = reporter;
        this.node = node;
        this.uidOf = uidOf;
        this.clock = clock;
        this.series = new EventSeries(random, clock.instant());
        this.pauses = new Pauses(ApiServer.FIRST_PAUSE, ApiServer.LONGEST_PAUSE, random);
    }

    /**
     * Something happened. Returns at once.
     *
     * @param reason one word, the same for the same cause
     * @param action what was tried, one word
     * @param note a sentence for people
     */
    public void record(EventSubject subject, EventType type, String reason, String action, String note) {
        synchronized (this) {
            Instant now = clock.instant();
            series.add(new Occurrence(subject, type, reason, action), note, now);
            if (working && !restsUntil.isAfter(now.plus(EventSeries.WINDOW))) {
                return;
            }
            working = true;
            restsUntil = Instant.MIN;
            round++;
        }
        after(EventSeries.WINDOW);
    }

    /** Occurrences of which nobody was told: too many different ones waited. */
    public synchronized long dropped() {
        return series.dropped();
    }

    private void after(Duration pause) {
        if (server.isClosed()) {
            return;
        }
        long current = round();
        Uni.createFrom().voidItem().onItem().delayIt().by(pause).subscribe().with(_ -> next(current));
    }

    private synchronized long round() {
        return round;
    }

    private void next(long current) {
        Optional<Due> due;
        Optional<Duration> wait;
        synchronized (this) {
            if (current != round) {
                return;
            }
            Instant now = clock.instant();
            due = series.take(now);
            wait = due.isPresent() ? Optional.empty() : series.nextIn(now);
            working = due.isPresent() || wait.isPresent();
            restsUntil = wait.map(now::plus).orElse(Instant.MIN);
        }
        due.ifPresent(this::write);
        wait.ifPresent(this::after);
    }

    private void write(Due due) {
        server.call(client -> due.isFirst() ? create(client, due) : patch(client, due))
                .subscribe()
                .with(
                        _ -> {
                            pauses.reset();
                            next(round());
                        },
                        failure -> after(failed(due, failure)));
    }

    private Duration failed(Due due, Throwable failure) {
        int status = ApiServer.status(failure);
        if (ApiServer.isUnreachable(failure) || status == TOO_MANY) {
            putBack(due);
            return pauses.next();
        }
        if (status == CONFLICT || (status == NOT_FOUND && !due.isFirst())) {
            beginAnew(due);
        } else {
            sayOnce(due, failure);
        }
        return Duration.ofMillis(1);
    }

    private synchronized void putBack(Due due) {
        series.putBack(due);
    }

    /** The API server keeps events for an hour only. */
    private synchronized void beginAnew(Due due) {
        series.beginAnew(due, clock.instant());
    }

    private synchronized void sayOnce(Due due, Throwable failure) {
        if (!refusalSaid) {
            refusalSaid = true;
            LOG.warnf(
                    "Event %s about %s is not written: %s; the daemon needs the permission to create and patch events",
                    due.what().reason(), due.what().subject(), ApiServer.words(failure));
        }
    }

    private Event create(KubernetesClient client, Due due) {
        Event event = new EventBuilder()
                .withNewMetadata()
                .withNamespace(due.what().subject().namespace())
                .withName(due.name())
                .endMetadata()
                .withEventTime(time(due.first()))
                .withReportingController(reporter)
                .withReportingInstance(cut(node, 128))
                .withType(due.what().type().word())
                .withReason(cut(due.what().reason(), 128))
                .withAction(cut(due.what().action(), 128))
                .withNote(cut(due.note(), 1_000))
                .withRegarding(regarding(due.what().subject()))
                .build();
        if (due.count() > 1) {
            event = new EventBuilder(event)
                    .withNewSeries()
                    .withCount(due.count())
                    .withLastObservedTime(time(due.last()))
                    .endSeries()
                    .build();
        }
        return client.events()
                .v1()
                .events()
                .inNamespace(due.what().subject().namespace())
                .resource(event)
                .create();
    }

    private static Event patch(KubernetesClient client, Due due) {
        return client.events()
                .v1()
                .events()
                .inNamespace(due.what().subject().namespace())
                .withName(due.name())
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        "{\"series\":{\"count\":" + due.count() + ",\"lastObservedTime\":\"" + MICROS.format(due.last())
                                + "\"}}");
    }

    private ObjectReference regarding(EventSubject subject) {
        return switch (subject) {
            case EventSubject.OfPod of ->
                new ObjectReferenceBuilder()
                        .withApiVersion("v1")
                        .withKind("Pod")
                        .withNamespace(of.pod().namespace())
                        .withName(of.pod().name())
                        .withUid(of.uid().or(() -> uidOf.apply(of.pod())).orElse(null))
                        .build();
            case EventSubject.OfPolicy of ->
                new ObjectReferenceBuilder()
                        .withApiVersion(HasMetadata.getApiVersion(SecurityGroupPolicy.class))
                        .withKind(HasMetadata.getKind(SecurityGroupPolicy.class))
                        .withNamespace(of.namespace())
                        .withName(of.name())
                        .withUid(of.uid())
                        .build();
            // The kubelet's own convention: the uid of a node is its name, and kubectl looks for that.
            case EventSubject.OfNode of ->
                new ObjectReferenceBuilder()
                        .withApiVersion("v1")
                        .withKind("Node")
                        .withName(of.name())
                        .withUid(of.name())
                        .build();
        };
    }

    private static MicroTime time(Instant instant) {
        return new MicroTime(MICROS.format(instant));
    }

    private static String cut(String text, int length) {
        return text.length() <= length ? text : text.substring(0, length);
    }
}
