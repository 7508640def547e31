package io.vpccni.kube;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Writes a pod's address into its annotation, behind the pod's back: nobody waits for it. One patch after the other, each tried
 * until the API server has taken it or says that it never will. Of two wishes for a pod the last one counts.
 */
public final class PodAnnotations {

    private static final Logger LOG = Logger.getLogger(PodAnnotations.class);

    /** The annotation's key, which network policy engines read. */
    static final String KEY = "vpc.amazonaws.com/pod-ips";

    private static final String POINTER = "/metadata/annotations/" + KEY.replace("/", "~1");

    /** Wishes that may wait; more than a node has pods. Beyond it the oldest is dropped. */
    static final int MOST = 2_048;

    private static final int NOT_FOUND = 404;
    private static final int FORBIDDEN = 403;

    /** The API server's word for a patch whose precondition does not hold. */
    private static final int UNPROCESSABLE = 422;

    /** What an annotation is to become. */
    private sealed interface Wish {
        record Write(String address) implements Wish {}

        /** Empties it, unless somebody has written another address meanwhile. */
        record Clear(String freed) implements Wish {}
    }

    private final ApiServer server;
    private final Pauses pauses;
    private final SequencedMap<PodId, Wish> wishes = new LinkedHashMap<>();
    private boolean working;
    private long dropped;

    public PodAnnotations(ApiServer server, RandomGenerator random) {
        this.server = server;
        this.pauses = new Pauses(ApiServer.FIRST_PAUSE, ApiServer.LONGEST_PAUSE, random);
    }

    /** The pod has this address. Returns at once. */
    public void write(PodId pod, String address) {
        wish(pod, new Wish.Write(address));
    }

    /** The pod no longer has this address. Returns at once. */
    public void clear(PodId pod, String freed) {
        wish(pod, new Wish.Clear(freed));
    }

    /** Wishes that were dropped because too many waited. */
    public synchronized long dropped() {
        return dropped;
    }

    private synchronized void wish(PodId pod, Wish wish) {
        wishes.remove(pod);
        wishes.putLast(pod, wish);
        if (wishes.size() > MOST) {
            PodId oldest = wishes.firstEntry().getKey();
            wishes.remove(oldest);
            Logger.Level level = dropped++ == 0 ? Logger.Level.WARN : Logger.Level.DEBUG;
            LOG.logf(level, "annotation %s of pod %s is not written: %d others wait", KEY, oldest, MOST);
        }
        if (!working) {
            working = true;
            next(Duration.ZERO);
        }
    }

    private void next(Duration pause) {
        if (server.isClosed()) {
            return;
        }
        Uni<Optional<Map.Entry<PodId, Wish>>> due = pause.isZero()
                ? Uni.createFrom().item(this::take)
                : Uni.createFrom().voidItem().onItem().delayIt().by(pause).map(_ -> take());
        due.subscribe().with(first -> first.ifPresent(entry -> carryOut(entry.getKey(), entry.getValue())));
    }

    private synchronized Optional<Map.Entry<PodId, Wish>> take() {
        Optional<Map.Entry<PodId, Wish>> first = Optional.ofNullable(wishes.pollFirstEntry());
        working = first.isPresent();
        return first;
    }

    private void carryOut(PodId pod, Wish wish) {
        server.call(client -> patch(client, pod, wish))
                .subscribe()
                .with(
                        _ -> {
                            pauses.reset();
                            next(Duration.ZERO);
                        },
                        failure -> next(failed(pod, wish, failure)));
    }

    /** How long to wait before the next patch. */
    private Duration failed(PodId pod, Wish wish, Throwable failure) {
        switch (ApiServer.status(failure)) {
            case NOT_FOUND -> LOG.debugf("pod %s is gone before its annotation was written", pod);
            case UNPROCESSABLE -> LOG.debugf("pod %s has another address by now", pod);
            case FORBIDDEN ->
                LOG.warnf(
                        "annotation %s of pod %s is not written: %s; ANNOTATE_POD_IP needs the permission to patch pods",
                        KEY, pod, ApiServer.words(failure));
            default -> {
                putBack(pod, wish);
                return pauses.next();
            }
        }
        return Duration.ZERO;
    }

    private synchronized void putBack(PodId pod, Wish wish) {
        wishes.putIfAbsent(pod, wish);
    }

    private static @Nullable Object patch(KubernetesClient client, PodId pod, Wish wish) {
        var target = client.pods().inNamespace(pod.namespace()).withName(pod.name());
        return switch (wish) {
            case Wish.Write write ->
                target.patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        "{\"metadata\":{\"annotations\":{\"" + KEY + "\":\"" + write.address() + "\"}}}");
            case Wish.Clear clear ->
                target.patch(
                        PatchContext.of(PatchType.JSON),
                        "[{\"op\":\"test\",\"path\":\"" + POINTER + "\",\"value\":\"" + clear.freed() + "\"},"
                                + "{\"op\":\"replace\",\"path\":\"" + POINTER + "\",\"value\":\"\"}]");
        };
    }
}
