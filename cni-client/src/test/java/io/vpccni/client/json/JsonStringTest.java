package io.vpccni.client.json;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonStringTest {

    /** Texts are given as Java code points in hexadecimal, so that the table shows every character. */
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "nothing,                  '',         \"\"",
        "plain,                    61 2f,      \"a/\"",
        "quote and backslash,      22 5c,      \"\\\"\\\\\"",
        "line ends and tab,        a d 9,      \"\\n\\r\\t\"",
        "control characters,       0 1f 7f,    \"\\u0000\\u001f\\u007f\"",
        "beyond ASCII,             b5,         \"µ\"",
        "surrogate pair,           1f600,      \"😀\"",
        "high surrogate alone,     d83d 61,    \"\\ud83da\"",
        "high surrogate at end,    d83d,       \"\\ud83d\"",
        "low surrogate alone,      61 de00,    \"a\\ude00\"",
        "two high surrogates,      d83d 1f600, \"\\ud83d😀\"",
    })
    void stringsAreEscaped(String name, String codePoints, String json) {
        StringBuilder text = new StringBuilder();
        for (String hex : codePoints.isEmpty() ? new String[0] : codePoints.split(" ")) {
            text.appendCodePoint(Integer.parseInt(hex, 16));
        }
        StringBuilder written = new StringBuilder();

        JsonString.append(written, text.toString());

        assertThat(written).as(name).hasToString(json);
    }
}
