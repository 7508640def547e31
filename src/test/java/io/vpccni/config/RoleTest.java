package io.vpccni.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RoleTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ''                 | [NODE]
            node               | [NODE]
            controller         | [CONTROLLER]
            node,controller    | [NODE, CONTROLLER]
            controller, node   | [NODE, CONTROLLER]
            """)
    void rolesAreNamedWithCommasBetween(String value, String roles) {
        assertThat(Role.of(Optional.of(value))).hasToString(roles);
    }

    @Test
    void whoeverSaysNothingIsANode() {
        assertThat(Role.of(Optional.empty())).containsExactly(Role.NODE);
    }

    @ParameterizedTest
    @CsvSource({"nodes", "'node,'", "Controller"})
    void anUnknownRoleIsRefused(String value) {
        assertThatThrownBy(() -> Role.of(Optional.of(value)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("VPCCNI_ROLE");
    }
}
