package io.vpccni.client.init;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;

/**
 * How often something is tried that may only be late, and how long the pause before the next attempt is.
 *
 * @param first the first pause; each is twice the one before
 * @param longest no pause is longer
 */
record Patience(int attempts, Duration first, Duration longest) {

    /** A node that boots has its metadata and its link within seconds: ten attempts in about 13 s. */
    static final Patience USUAL = new Patience(10, Duration.ofMillis(100), Duration.ofSeconds(2));

    /** Something that may only be late. */
    interface Attempt<T> {
        T make() throws IOException;
    }

    /** The attempt's result; when it failed too often, its last failure. */
    <T> T until(Attempt<T> attempt) throws IOException {
        Duration pause = first;
        for (int left = attempts - 1; ; left--) {
            try {
                return attempt.make();
            } catch (IOException e) {
                if (left <= 0) {
                    throw e;
                }
            }
            sleep(pause);
            pause = pause.multipliedBy(2).compareTo(longest) < 0 ? pause.multipliedBy(2) : longest;
        }
    }

    private static void sleep(Duration pause) throws IOException {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }
}
