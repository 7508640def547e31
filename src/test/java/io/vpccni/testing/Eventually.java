package io.vpccni.testing;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/** Waits for a state that comes by itself, by asking for it again and again. */
public final class Eventually {

    /** For what always comes: as long as a very busy machine may need. */
    public static final Duration LONG = Duration.ofSeconds(30);

    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    public interface Question<T> {
        T ask() throws Exception;
    }

    private Eventually() {}

    /** The first answer that is as wanted; fails with the last one at the end of {@link #LONG}. */
    public static <T> T get(String what, Question<T> question, Predicate<T> wanted) throws Exception {
        return within(LONG, what, question, wanted);
    }

    /** The same for what takes its time by design. */
    public static <T> T within(Duration patience, String what, Question<T> question, Predicate<T> wanted)
            throws Exception {
        long end = System.nanoTime() + patience.toNanos();
        while (true) {
            T answer = question.ask();
            if (wanted.test(answer)) {
                return answer;
            }
            if (System.nanoTime() > end) {
                throw new AssertionError(what + " did not come within " + patience + ", it is " + answer);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    public static <T> void is(T wanted, String what, Question<T> question) throws Exception {
        get(what + " = " + wanted, question, answer -> Objects.equals(answer, wanted));
    }
}
