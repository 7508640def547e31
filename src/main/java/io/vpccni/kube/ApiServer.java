package io.vpccni.kube;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.smallrye.mutiny.subscription.MultiEmitter;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The API server, which may be away at the start and at any time after it. Owns the client. Each call is tried once and has a
 * time limit; a watch is tried for ever, with pauses that grow. That the server cannot be reached is said once, and so is that
 * it is back.
 */
public final class ApiServer implements AutoCloseable {

    /**
     * How to reach it.
     *
     * @param endpoint its URL; empty for the one that every pod finds
     * @param userAgent who we say we are
     */
    public record Access(Optional<String> endpoint, String userAgent) {}

    /** One watch and what it selects. */
    interface Selection<T extends HasMetadata>
            extends Function<KubernetesClient, FilterWatchListDeletable<T, ? extends KubernetesResourceList<T>, ?>> {}

    private static final Logger LOG = Logger.getLogger(ApiServer.class);

    /** Names the server as a whole among the troubles. */
    private static final String SERVER = "the API server";

    static final Duration CALL_TIMEOUT = Duration.ofSeconds(5);
    static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    /** A watch is begun anew after this time, with a list: whatever it missed on a connection that died unnoticed. */
    private static final Duration LONGEST_WATCH = Duration.ofMinutes(10);

    /** Events that may wait for us. More of them end the watch, and the list that begins the next one makes up for them. */
    private static final int BUFFER = 1_024;

    /** The server may answer from its cache, which costs it little and is all that a hint needs. */
    private static final String FROM_CACHE = "0";

    private final Supplier<Config> config;
    private final Access access;
    private final RandomGenerator random;
    private final ConcurrentHashMap<String, String> troubles = new ConcurrentHashMap<>();
    private @Nullable KubernetesClient client;
    private volatile boolean closed;

    /**
     * @param config where to find the server; asked at the first call, on a worker thread
     */
    public ApiServer(Supplier<Config> config, Access access, RandomGenerator random) {
        this.config = config;
        this.access = access;
        this.random = random;
    }

    /** Carries out one call on a worker thread. Not before somebody subscribes, and not again. */
    <T> Uni<T> call(Function<KubernetesClient, T> request) {
        return Uni.createFrom()
                .item(() -> request.apply(client()))
                .runSubscriptionOn(Infrastructure.getDefaultWorkerPool())
                .onItem()
                .invoke(() -> reached(SERVER))
                .onFailure()
                .invoke(failure -> {
                    if (isUnreachable(failure)) {
                        lost(SERVER, failure);
                    } else {
                        reached(SERVER);
                    }
                });
    }

    /**
     * Everything that {@code selection} shows and how it changes, for ever: each connection begins with {@link Seen.All}.
     *
     * @param what what is watched, for people
     */
    <T extends HasMetadata> Multi<Seen<T>> watch(String what, Selection<T> selection) {
        Pauses pauses = new Pauses(FIRST_PAUSE, LONGEST_PAUSE, random);
        return Multi.createFrom()
                .deferred(() -> connection(what, selection, pauses)
                        .select()
                        .first(LONGEST_WATCH.minusSeconds(random.nextInt(300)))
                        .onCompletion()
                        .failWith(WatchEnded::new))
                .onFailure()
                .invoke(failure -> noteEnd(what, failure))
                .onFailure(_ -> !closed)
                .retry()
                .when(ends -> ends.onItem()
                        .transformToUniAndConcatenate(end ->
                                Uni.createFrom().item(end).onItem().delayIt().by(pauses.next())));
    }

    private <T extends HasMetadata> Multi<Seen<T>> connection(String what, Selection<T> selection, Pauses pauses) {
        return Multi.createFrom()
                .<Seen<T>>emitter(emitter -> connect(what, selection, pauses, emitter), BUFFER)
                .runSubscriptionOn(Infrastructure.getDefaultWorkerPool());
    }

    private <T extends HasMetadata> void connect(
            String what, Selection<T> selection, Pauses pauses, MultiEmitter<? super Seen<T>> emitter) {
        KubernetesClient open = client();
        KubernetesResourceList<T> list = selection
                .apply(open)
                .list(new ListOptionsBuilder().withResourceVersion(FROM_CACHE).build());
        reached(SERVER);
        emitter.emit(new Seen.All<>(list.getItems()));
        Watch watch = selection
                .apply(open)
                .watch(
                        new ListOptionsBuilder()
                                .withResourceVersion(list.getMetadata().getResourceVersion())
                                .build(),
                        forwarding(emitter));
        long since = System.nanoTime();
        emitter.onTermination(() -> {
            watch.close();
            if (System.nanoTime() - since > LONGEST_PAUSE.toNanos()) {
                pauses.reset();
            }
        });
        reached(what);
    }

    private static <T extends HasMetadata> Watcher<T> forwarding(MultiEmitter<? super Seen<T>> emitter) {
        return new Watcher<>() {
            @Override
            public void eventReceived(Action action, T object) {
                switch (action) {
                    case ADDED, MODIFIED -> emitter.emit(new Seen.Changed<>(object));
                    case DELETED -> emitter.emit(new Seen.Gone<>(object));
                    case BOOKMARK, ERROR -> {}
                }
            }

            @Override
            public void onClose() {
                emitter.complete();
            }

            /** Servers end watches as they like. Whether that one is gone shows when it is asked again. */
            @Override
            public void onClose(WatcherException cause) {
                LOG.debugf("a watch ended: %s", words(cause));
                emitter.complete();
            }
        };
    }

    private void noteEnd(String what, Throwable failure) {
        if (failure instanceof WatchEnded || closed) {
            return;
        }
        lost(isUnreachable(failure) ? SERVER : what, failure);
    }

    /** The end of a watch that nobody is to blame for. */
    private static final class WatchEnded extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    /** Whether nobody answered, or nobody who knows us: the whole server is of no use, not only one kind of object. */
    static boolean isUnreachable(Throwable failure) {
        int status = status(failure);
        return status == 0 || status == 401 || status >= 500;
    }

    /** The HTTP status of an answer; 0 when there was none. */
    static int status(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof KubernetesClientException answer && answer.getCode() > 0) {
                return answer.getCode();
            }
        }
        return 0;
    }

    private void lost(String what, Throwable failure) {
        if (!closed && troubles.put(what, words(failure)) == null) {
            LOG.warnf(
                    "%s cannot be reached or read (%s); everything else goes on, and it is tried again",
                    what, words(failure));
        }
    }

    private void reached(String what) {
        if (troubles.remove(what) != null) {
            LOG.infof("%s is back", what);
        }
    }

    /** The innermost cause, which is the one that says something. */
    static String words(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        String text = root instanceof KubernetesClientException || root.getMessage() == null
                ? String.valueOf(root.getMessage())
                : root.getClass().getSimpleName() + ": " + root.getMessage();
        return text.length() > 300 ? text.substring(0, 300) + "…" : text;
    }

    /** What cannot be reached or read now, with the reason; nothing when all is well. */
    public Map<String, String> troubles() {
        return Map.copyOf(troubles);
    }

    /** Whether nothing can be asked any more: whoever repeats calls must stop. */
    boolean isClosed() {
        return closed;
    }

    private synchronized KubernetesClient client() {
        if (closed) {
            throw new IllegalStateException("the client is closed");
        }
        if (client == null) {
            client = new KubernetesClientBuilder()
                    .withConfig(limited(config.get()))
                    .build();
        }
        return client;
    }

    /** The library's own tries are switched off: there is one place that decides when to try again. */
    private Config limited(Config found) {
        return new ConfigBuilder(found)
                .withMasterUrl(access.endpoint().orElse(found.getMasterUrl()))
                .withUserAgent(access.userAgent())
                .withConnectionTimeout((int) CALL_TIMEOUT.toMillis())
                .withRequestTimeout((int) CALL_TIMEOUT.toMillis())
                .withRequestRetryBackoffLimit(0)
                .withWatchReconnectLimit(0)
                .build();
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (client != null) {
            client.close();
        }
    }
}
