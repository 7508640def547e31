package io.vpccni.api;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The span that a call belongs to, as the variable {@code TRACEPARENT} names it (W3C Trace Context, version 00):
 * {@code 00-<trace id>-<span id>-<flags>} in lower-case hexadecimal digits.
 */
record TraceParent(String traceId, String spanId, String flags) {

    private static final Pattern FORM = Pattern.compile("00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})");

    private static final Pattern ZEROS = Pattern.compile("0+");

    /** Empty for anything else: a caller that says nonsense about its trace is served all the same. */
    static Optional<TraceParent> parse(String text) {
        Matcher parts = FORM.matcher(text);
        if (!parts.matches()
                || ZEROS.matcher(parts.group(1)).matches()
                || ZEROS.matcher(parts.group(2)).matches()) {
            return Optional.empty();
        }
        return Optional.of(new TraceParent(parts.group(1), parts.group(2), parts.group(3)));
    }
}
