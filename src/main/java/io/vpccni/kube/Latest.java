package io.vpccni.kube;

import io.smallrye.mutiny.Uni;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.function.Function;

/** Something that is known by now, and may be something else later: whoever waits for it to suit is told. */
public final class Latest<T> {

    private final Set<Runnable> waiting = new CopyOnWriteArraySet<>();
    private volatile T value;

    public Latest(T value) {
        this.value = value;
    }

    public T get() {
        return value;
    }

    public void set(T now) {
        value = now;
        waiting.forEach(Runnable::run);
    }

    /** What {@code wanted} finds in the value, as soon as it finds something. Fails when it fails. */
    public <R> Uni<R> first(Function<? super T, Optional<R>> wanted) {
        return Uni.createFrom().emitter(emitter -> {
            Runnable look = () -> {
                try {
                    wanted.apply(value).ifPresent(emitter::complete);
                } catch (RuntimeException e) {
                    emitter.fail(e);
                }
            };
            waiting.add(look);
            emitter.onTermination(() -> waiting.remove(look));
            look.run();
        });
    }
}
