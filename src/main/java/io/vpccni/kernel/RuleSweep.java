package io.vpccni.kernel;

import io.vpccni.netlink.Batch;
import io.vpccni.netlink.Errno;
import io.vpccni.netlink.Failure;
import io.vpccni.netlink.Netlink;
import io.vpccni.netlink.Result;
import io.vpccni.netlink.Rule;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Deletes all rules of some kinds. A kind is a rule of which not everything is given, and the kernel does not say how many of it
 * there are: each deletion is sent several times, and when the last one finds none they are all gone.
 *
 * @param tries how often; one more than the rules of a kind that are usually there
 */
record RuleSweep(List<Rule> kinds, int tries) {

    RuleSweep {
        kinds = List.copyOf(kinds);
    }

    /** Of kinds of which there is usually one rule. */
    static RuleSweep of(List<Rule> kinds) {
        return new RuleSweep(kinds, 2);
    }

    /** Must be the first in the batch. */
    void beginIn(Batch batch) {
        for (Rule kind : kinds) {
            for (int i = 0; i < tries; i++) {
                // The second is of a kernel without IPv6.
                batch.delete(kind).tolerate(Errno.ENOENT, Errno.EAFNOSUPPORT);
            }
        }
    }

    /** {@code result} of the batch that this began in. */
    boolean mayHaveLeftAny(Result result) {
        Set<Integer> foundNone = result.tolerated().stream().map(Failure::index).collect(Collectors.toSet());
        return !IntStream.rangeClosed(1, kinds.size()).allMatch(kind -> foundNone.contains(kind * tries - 1));
    }

    /** On its own, until there is none. */
    void run(Netlink netlink) throws IOException {
        Result result;
        do {
            Batch batch = netlink.batch();
            beginIn(batch);
            result = batch.run();
        } while (mayHaveLeftAny(result));
    }
}
