package io.vpccni.emulator.runtime;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A port of the node that leads to one of a container, as {@code portmap} makes it.
 *
 * @param protocol {@code tcp} or {@code udp}
 */
record PodPort(int hostPort, int containerPort, String protocol) {

    private static final Pattern TEXT = Pattern.compile("(\\d{1,5}):(\\d{1,5})(?:/(tcp|udp))?");
    private static final int LARGEST = 65_535;

    /** {@code 8080:80} or {@code 5300:53/udp}; empty for anything else. */
    static Optional<PodPort> parse(String text) {
        Matcher matcher = TEXT.matcher(text.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String protocol = matcher.group(3);
        return Optional.of(new PodPort(
                        Integer.parseInt(matcher.group(1)),
                        Integer.parseInt(matcher.group(2)),
                        protocol == null ? "tcp" : protocol))
                .filter(port -> isPort(port.hostPort) && isPort(port.containerPort));
    }

    private static boolean isPort(int number) {
        return number >= 1 && number <= LARGEST;
    }
}
