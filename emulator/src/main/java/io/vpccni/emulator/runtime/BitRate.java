package io.vpccni.emulator.runtime;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What {@code bandwidth} lets through, in bits per second. */
record BitRate(long bits) {

    private static final Pattern TEXT = Pattern.compile("(\\d{1,9})([KMG])");

    /** Below, the time that a burst takes does not fit into the kernel's 32 bits. */
    private static final long SMALLEST = 100_000;

    private static final long LARGEST = 100_000_000_000L;

    /** 64 KiB: the largest packet that a link hands over at once. */
    private static final long SMALLEST_BURST = 64 * 1024 * 8;

    private static final long BURSTS_PER_SECOND = 10;

    /** {@code 100K} to {@code 100G}; empty for anything else. */
    static Optional<BitRate> parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        long unit =
                switch (matcher.group(2)) {
                    case "K" -> 1_000;
                    case "M" -> 1_000_000;
                    default -> 1_000_000_000;
                };
        return Optional.of(new BitRate(Long.parseLong(matcher.group(1)) * unit))
                .filter(rate -> rate.bits >= SMALLEST && rate.bits <= LARGEST);
    }

    /** Bits that may go at once: a tenth of a second's, and at least one packet. */
    long burst() {
        return Math.max(SMALLEST_BURST, bits / BURSTS_PER_SECOND);
    }
}
