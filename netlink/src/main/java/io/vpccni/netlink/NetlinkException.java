package io.vpccni.netlink;

import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The kernel refused requests. A batch is not atomic: requests that are not listed were carried out, also those after a
 * failed one.
 */
public final class NetlinkException extends IOException {
    private static final long serialVersionUID = 1;
    private static final int SHOWN = 5;

    private final transient List<Failure> failures;

    public NetlinkException(int requests, List<Failure> failures) {
        super(describe(requests, failures));
        this.failures = List.copyOf(failures);
    }

    /** In the order of the requests; at least one. */
    public List<Failure> failures() {
        return failures;
    }

    /** Whether every failure has this errno. */
    public boolean is(Errno errno) {
        return failures.stream().allMatch(f -> f.errno().equals(errno));
    }

    private static String describe(int requests, List<Failure> failures) {
        var shown = failures.stream().limit(SHOWN).map(Failure::toString).collect(Collectors.joining("; "));
        int hidden = failures.size() - SHOWN;
        return failures.size() + " of " + requests + " netlink requests failed: " + shown
                + (hidden > 0 ? "; and " + hidden + " more" : "");
    }
}
