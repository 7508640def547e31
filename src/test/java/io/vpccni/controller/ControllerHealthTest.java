package io.vpccni.controller;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ControllerHealthTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    @Test
    void aLoopThatTakesNoTurnsIsDeadAndAReplicaWithoutOneIsNot() {
        assertThat(ControllerHealth.isAlive(Optional.of(NOW.minusSeconds(27)), NOW))
                .isTrue();
        assertThat(ControllerHealth.isAlive(Optional.of(NOW.minusSeconds(28)), NOW))
                .isFalse();
        assertThat(ControllerHealth.isAlive(Optional.empty(), NOW)).isTrue();
    }
}
