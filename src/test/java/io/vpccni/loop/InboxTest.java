package io.vpccni.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class InboxTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final Inbox<String> inbox = new Inbox<>("nothing");

    @Test
    void everythingThatHasArrivedIsOneTurnInItsOrder() throws InterruptedException {
        inbox.add("a");
        inbox.add("b");

        assertThat(inbox.take(NOW, Optional.empty())).containsExactly("a", "b");
    }

    @Test
    void aTimeThatHasComeEndsTheSleep() throws InterruptedException {
        assertThat(inbox.take(NOW, Optional.of(NOW.minusSeconds(1)))).containsExactly("nothing");
    }

    @Test
    void theRestIsTakenWithoutWaiting() {
        assertThat(inbox.rest()).isEmpty();
        inbox.add("a");

        assertThat(inbox.rest()).containsExactly("a");
        assertThat(inbox.rest()).isEmpty();
    }
}
