package io.vpccni.kernel;

import io.vpccni.dataplane.EgressSnat;
import io.vpccni.dataplane.SnatChain;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpFamily;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The chains of pods in table nat, by iptables' own programs. One write makes a pod's chain and one removes it; nothing is
 * read unless that fails, since reading the table of a node with many services takes longer than all the rest.
 */
final class EgressFirewall {

    private static final String LOCK_WAIT_SECONDS = "10";
    private static final Duration LONGEST_RUN = Duration.ofSeconds(30);
    private static final int NSENTER_FOUND_NO_PROGRAM = 127;

    private final HostNamespace host;

    EgressFirewall(HostNamespace host) {
        this.host = host;
    }

    /** {@code iptables -t nat -N CHAIN; -A CHAIN …; -A POSTROUTING …}: all of it or nothing. An old chain is replaced. */
    void add(EgressSnat snat) throws IOException {
        IpFamily family = snat.chain().family();
        BoundedRun first = restore(family, snat.addition());
        if (first.code() != 0) {
            BoundedRun second = restore(family, snat.replacement(postrouting(family)));
            if (second.code() != 0) {
                throw failed(family, second);
            }
        }
    }

    /** Removes the chain and what leads there. What is gone already is no error. */
    void remove(SnatChain chain, Optional<IpAddress> pod) throws IOException {
        IpFamily family = chain.family();
        if (pod.isPresent() && restore(family, chain.removal(pod.get())).code() == 0) {
            return;
        }
        BoundedRun rest = restore(family, chain.removalOfRest(postrouting(family)));
        if (rest.code() != 0) {
            throw failed(family, rest);
        }
    }

    /** The network's chains, by a read of the whole table. */
    Set<SnatChain> chains(IpFamily family, String network) throws IOException {
        return SnatChain.in(list(family, "-S"), family, network);
    }

    /** {@code iptables -t nat -S CHAIN}; empty when there is no such chain. */
    String rules(SnatChain chain) throws IOException {
        BoundedRun ended = run(program(chain.family()), "", "-w", LOCK_WAIT_SECONDS, "-t", "nat", "-S", chain.name());
        return ended.code() == 0 ? ended.output() : "";
    }

    String postrouting(IpFamily family) throws IOException {
        return list(family, "-S", "POSTROUTING");
    }

    private String list(IpFamily family, String... what) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("-w", LOCK_WAIT_SECONDS, "-t", "nat"));
        arguments.addAll(List.of(what));
        BoundedRun ended = run(program(family), "", arguments.toArray(String[]::new));
        if (ended.code() != 0) {
            throw failed(family, ended);
        }
        return ended.output();
    }

    private BoundedRun restore(IpFamily family, String input) throws IOException {
        return run(program(family) + "-restore", input, "--noflush", "-w", LOCK_WAIT_SECONDS);
    }

    private static String program(IpFamily family) {
        return switch (family) {
            case IPV4 -> "iptables";
            case IPV6 -> "ip6tables";
        };
    }

    private BoundedRun run(String program, String input, String... arguments) throws IOException {
        List<String> words = new ArrayList<>();
        words.add(program);
        words.addAll(List.of(arguments));
        List<String> command = host.command(words.toArray(String[]::new));
        BoundedRun ended;
        try {
            ended = BoundedRun.of(command, Map.of(), input.getBytes(StandardCharsets.UTF_8), LONGEST_RUN);
        } catch (IOException e) {
            throw new IOException(program + " cannot be run: " + e.getMessage(), e);
        }
        if (ended.code() == NSENTER_FOUND_NO_PROGRAM && command.size() > words.size()) {
            throw new IOException(
                    program + " is not installed: " + ended.complaint().strip());
        }
        return ended;
    }

    private static IOException failed(IpFamily family, BoundedRun ended) {
        return new IOException("%s refuses (%d): %s"
                .formatted(program(family), ended.code(), (ended.complaint() + ended.output()).strip()));
    }
}
