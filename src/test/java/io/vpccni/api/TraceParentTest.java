package io.vpccni.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TraceParentTest {

    @Test
    void aParentIsRead() {
        assertThat(TraceParent.parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"))
                .isEqualTo(Optional.of(new TraceParent("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", "01")));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            nothing            | ''
            another version    | 01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
            upper case         | 00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01
            no trace           | 00-00000000000000000000000000000000-b7ad6b7169203331-01
            no span            | 00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01
            a digit too few    | 00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331-01
            a letter too far   | 00-0af7651916cd43dd8448eb211c80319g-b7ad6b7169203331-01
            more at the end    | 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x
            a blank before     | ' 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
            other dashes       | 00_0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331_01
            """)
    void anythingElseIsNone(String name, String text) {
        assertThat(TraceParent.parse(text)).isEmpty();
    }
}
