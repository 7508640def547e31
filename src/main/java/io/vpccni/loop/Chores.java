package io.vpccni.loop;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.Cancellable;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/** What is done again and again while the program runs. A chore that fails is tried again at its next time. */
public final class Chores implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(Chores.class);

    private final List<Cancellable> running = new CopyOnWriteArrayList<>();

    /**
     * Does something now and then once per {@code period}; one that takes longer skips its turns.
     *
     * @param what for the log, such as {@code refreshing the security groups}
     */
    public void every(Duration period, String what, Supplier<Uni<Void>> chore) {
        running.add(Multi.createFrom()
                .ticks()
                .every(period)
                .onOverflow()
                .drop()
                .onItem()
                .transformToUniAndConcatenate(_ -> Uni.createFrom()
                        .deferred(chore::get)
                        .onFailure()
                        .invoke(failure ->
                                LOG.warnf("%s failed, trying again in %s: %s", what, period, failure.getMessage()))
                        .onFailure()
                        .recoverWithNull())
                .subscribe()
                .with(_ -> {}, failure -> LOG.errorf(failure, "%s has ended for good", what)));
    }

    @Override
    public void close() {
        running.forEach(Cancellable::cancel);
    }
}
