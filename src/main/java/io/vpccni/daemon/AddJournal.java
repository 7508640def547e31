package io.vpccni.daemon;

import io.vpccni.daemon.ReasonSink.Announcement;
import io.vpccni.ec2.CallObserver;
import io.vpccni.explain.AddHistory;
import io.vpccni.explain.ApiCall;
import io.vpccni.explain.CallHistory;
import io.vpccni.explain.Outcome;
import io.vpccni.explain.RequestId;
import io.vpccni.explain.Timeline;
import io.vpccni.pool.Diagnosis;
import io.vpccni.pool.PodName;
import io.vpccni.pool.Pool;
import io.vpccni.pool.PoolFigures;
import io.vpccni.pool.Sandbox;
import io.vpccni.vpc.IpAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Writes down what happens to each ADD, tells whoever is interested, and answers questions about it. The loop writes, the
 * edges add when they are done, any thread asks. An ADD that gets its address at once costs a few time stamps and no text.
 */
public final class AddJournal {

    private final InstantSource clock;
    private final CallHistory calls = new CallHistory();
    private final AddHistory history = new AddHistory();
    private final Map<Sandbox, OpenAdd> open = new ConcurrentHashMap<>();
    private final AtomicLong numbers = new AtomicLong();
    private final long life;
    private final Supplier<Optional<Diagnosis>> why;
    private volatile NodeObserver observer = NodeObserver.NONE;
    private volatile ReasonSink sink = new LoggedReasons();

    /** The pool as of this turn; null until somebody needs it. Loop thread only. */
    private @Nullable PoolFigures figures;

    private volatile Instant nextLook = Instant.MAX;

    /**
     * @param why the case of those who wait now, for whoever asks; empty when nobody does
     */
    AddJournal(InstantSource clock, Supplier<Optional<Diagnosis>> why) {
        this.clock = clock;
        this.why = why;
        this.life = clock.instant().getEpochSecond();
    }

    void observe(NodeObserver newObserver) {
        observer = newObserver;
    }

    void announceTo(ReasonSink newSink) {
        sink = newSink;
    }

    NodeObserver observer() {
        return observer;
    }

    /** An ADD has arrived. Any thread. */
    Asked asked() {
        return new Asked(new RequestId(life, numbers.incrementAndGet()), clock.instant());
    }

    /** Notes the calls to EC2. */
    CallObserver calls() {
        return action -> {
            ApiCall call = calls.began(action, clock.instant());
            return (outcome, requestId, throttled) ->
                    observer.callEnded(calls.ended(call, clock.instant(), outcome, requestId, throttled));
        };
    }

    /** A new turn: what the pool was before is no longer true. */
    void turn() {
        figures = null;
    }

    /** An ADD waits for the daemon's start. */
    void waitsForStart(AddRequest request, Asked asked) {
        open.putIfAbsent(request.sandbox(), new OpenAdd(request.sandbox(), request.pod(), asked));
        lookNoLaterThan(asked.at().plus(ReasonSink.LONG_WAIT));
    }

    /** An ADD waits for what the API server says; {@code reason} is what is missing by now. */
    void waitsForBranch(AddRequest request, Asked asked, Supplier<Diagnosis> reason) {
        open.computeIfAbsent(request.sandbox(), sandbox -> new OpenAdd(sandbox, request.pod(), asked))
                .waitsFor(reason);
        lookNoLaterThan(asked.at().plus(ReasonSink.LONG_WAIT));
    }

    /** It waited for nothing: the loop takes it. */
    void isForPool(Sandbox sandbox) {
        OpenAdd add = open.get(sandbox);
        if (add != null) {
            add.waitsForPool(clock.instant());
        }
    }

    /** An ADD is refused at once. */
    void refused(AddRequest request, Asked asked, Outcome outcome) {
        open.putIfAbsent(request.sandbox(), new OpenAdd(request.sandbox(), request.pod(), asked));
        ended(request.sandbox(), outcome);
    }

    /** The loop took an ADD. A second call for a sandbox joins the first. */
    void taken(AddRequest request, Asked asked, Pool pool, Instant now) {
        OpenAdd add = open.computeIfAbsent(request.sandbox(), sandbox -> new OpenAdd(sandbox, request.pod(), asked));
        add.taken(now, figures(pool));
    }

    /** The ADD found no free address. */
    void parked(Sandbox sandbox, Pool pool) {
        OpenAdd add = open.get(sandbox);
        if (add != null && add.parked(pool.figures())) {
            observer.addParked();
            lookNoLaterThan(add.asked().at().plus(ReasonSink.LONG_WAIT));
        }
    }

    private synchronized void lookNoLaterThan(Instant look) {
        nextLook = look.isBefore(nextLook) ? look : nextLook;
    }

    void granted(Sandbox sandbox, IpAddress address, Instant now) {
        OpenAdd add = open.get(sandbox);
        if (add != null) {
            add.granted(address, now);
        }
    }

    /** The state file holds the ADD. Any thread. */
    void written(Sandbox sandbox) {
        OpenAdd add = open.get(sandbox);
        if (add != null) {
            add.written(clock.instant());
        }
    }

    /** The pod is connected. Any thread. */
    void connected(Sandbox sandbox) {
        OpenAdd add = open.get(sandbox);
        if (add != null) {
            add.connected(clock.instant());
        }
    }

    /** What an ADD without an answer is called. */
    Optional<RequestId> requestOf(Sandbox sandbox) {
        return Optional.ofNullable(open.get(sandbox)).map(add -> add.asked().request());
    }

    /** The ADD was answered, or nobody waits for the answer any more. */
    void ended(Sandbox sandbox, Outcome outcome, Pool pool) {
        ended(sandbox, outcome, Optional.of(figures(pool)));
    }

    /** The same while there is no pool yet, or not any more. */
    void ended(Sandbox sandbox, Outcome outcome) {
        ended(sandbox, outcome, Optional.empty());
    }

    private void ended(Sandbox sandbox, Outcome outcome, Optional<PoolFigures> atEnd) {
        OpenAdd add = open.remove(sandbox);
        if (add == null) {
            return;
        }
        Timeline timeline = timeline(add, outcome, atEnd);
        history.add(timeline);
        observer.addEnded(timeline);
        if (outcome instanceof Outcome.Refused refused) {
            sink.announce(new Announcement(
                    timeline.request(),
                    sandbox,
                    timeline.pod(),
                    refused.reason(),
                    refused.detail(),
                    false,
                    timeline.total()));
        }
    }

    /** Nobody gets an answer but this one any more. */
    void endAll(Outcome outcome) {
        open.keySet().forEach(sandbox -> ended(sandbox, outcome));
    }

    /** Announces those who have waited for long by now, each once. */
    void look(Instant now, Supplier<Diagnosis> reason) {
        if (now.isBefore(nextLook)) {
            return;
        }
        nextLook = Instant.MAX;
        for (OpenAdd add : open.values()) {
            Duration waited = Duration.between(add.asked().at(), now);
            if (add.isConnecting() || add.isAnnounced()) {
                continue;
            }
            if (waited.compareTo(ReasonSink.LONG_WAIT) < 0) {
                lookNoLaterThan(add.asked().at().plus(ReasonSink.LONG_WAIT));
            } else {
                add.announced();
                Diagnosis found = add.ownReason().orElseGet(reason);
                sink.announce(new Announcement(
                        add.asked().request(), add.sandbox(), add.pod(), found.reason(), found.detail(), true, waited));
            }
        }
    }

    /** When somebody will have waited for long. */
    Instant nextLook() {
        return nextLook;
    }

    /** The last {@code count} ADDs: those that have no answer yet, then the others, the newest first. */
    public List<Timeline> last(int count) {
        return Stream.concat(unanswered(_ -> true).stream(), history.last(count).stream())
                .limit(count)
                .toList();
    }

    public List<Timeline> ofPod(PodName pod) {
        List<Timeline> found = new ArrayList<>(unanswered(add -> add.pod().equals(pod)));
        found.addAll(history.ofPod(pod));
        return found;
    }

    public List<Timeline> ofContainer(String id) {
        List<Timeline> found =
                new ArrayList<>(unanswered(add -> add.sandbox().containerId().equals(id)));
        found.addAll(history.ofContainer(id));
        return found;
    }

    private List<Timeline> unanswered(Predicate<OpenAdd> wanted) {
        return open.values().stream()
                .filter(wanted)
                .sorted(Comparator.comparing((OpenAdd add) -> add.asked().at()).reversed())
                .map(add -> timeline(add, add.stateNow(why), Optional.empty()))
                .toList();
    }

    private Timeline timeline(OpenAdd add, Outcome outcome, Optional<PoolFigures> atEnd) {
        Instant now = clock.instant();
        List<ApiCall> meanwhile = add.hadToWait() ? calls.between(add.asked().at(), now) : List.of();
        return add.timeline(now, outcome, atEnd, meanwhile);
    }

    private PoolFigures figures(Pool pool) {
        PoolFigures known = figures;
        if (known == null) {
            known = pool.figures();
            figures = known;
        }
        return known;
    }
}
