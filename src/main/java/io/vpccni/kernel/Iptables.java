package io.vpccni.kernel;

import io.vpccni.dataplane.FirewallWish;
import io.vpccni.dataplane.Repair;
import io.vpccni.dataplane.SavedTables;
import io.vpccni.vpc.IpFamily;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * The host's iptables of one family, by its own programs. They take up to some tens of milliseconds, and longer where others
 * hold their lock.
 */
final class Iptables {

    private static final Logger LOG = Logger.getLogger(Iptables.class);

    /** Between our read and our write somebody may change what we saw; the write then fails as a whole. */
    private static final int ATTEMPTS = 3;

    private static final String LOCK_WAIT_SECONDS = "10";
    private static final Duration LONGEST_RUN = Duration.ofSeconds(30);
    private static final int NSENTER_FOUND_NO_PROGRAM = 127;

    /** Which of the programs of the same names; each knows one back end. */
    enum Flavour {
        DEFAULT(""),
        LEGACY("-legacy"),
        NFT("-nft");

        private final String suffix;

        Flavour(String suffix) {
            this.suffix = suffix;
        }
    }

    private final HostNamespace host;
    private final String program;

    Iptables(HostNamespace host, IpFamily family, Flavour flavour) {
        this(host, (family == IpFamily.IPV4 ? "iptables" : "ip6tables") + flavour.suffix);
    }

    Iptables(HostNamespace host, String program) {
        this.host = host;
        this.program = program;
    }

    /** Makes it so. Says what had to be changed. */
    List<Repair> apply(FirewallWish wish) throws IOException {
        BoundedRun write = new BoundedRun(0, "", "");
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            String input = wish.restoreInput(read());
            if (input.isEmpty()) {
                return List.of();
            }
            write = restore(input);
            if (write.code() == 0) {
                LOG.debugf("changed in iptables:%n%s", input);
                return Repair.ofRestore(program, input);
            }
        }
        throw new IOException(program + "-restore refuses the host's rules: " + write.said());
    }

    /** {@code iptables-restore --noflush}, how it ended: each table of the input changes as a whole, or not at all. */
    BoundedRun restore(String input) throws IOException {
        return run(program + "-restore", input, "--noflush", "-w", LOCK_WAIT_SECONDS);
    }

    /** {@code iptables -t TABLE -S}, of one chain or all of them; how it ended. */
    BoundedRun list(String table, String... chain) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("-w", LOCK_WAIT_SECONDS, "-t", table, "-S"));
        arguments.addAll(List.of(chain));
        return run(program, "", arguments.toArray(String[]::new));
    }

    /** What {@code --version} says, such as {@code iptables v1.8.9 (nf_tables)}. */
    String version() throws IOException {
        return require(run(program, "", "--version")).strip();
    }

    /** The chains of a table. */
    Set<String> chains(String table) throws IOException {
        return read().namesOfChains(table);
    }

    private SavedTables read() throws IOException {
        return SavedTables.parse(require(run(program + "-save", "")));
    }

    /** What a run that must succeed printed. */
    String require(BoundedRun ended) throws IOException {
        if (ended.code() != 0) {
            throw new IOException("%s refuses (%d): %s".formatted(program, ended.code(), ended.said()));
        }
        return ended.output();
    }

    private BoundedRun run(String words, String input, String... arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of(arguments));
        List<String> command = host.command(all.toArray(String[]::new));
        BoundedRun ended;
        try {
            ended = BoundedRun.of(command, Map.of(), input.getBytes(StandardCharsets.UTF_8), LONGEST_RUN);
        } catch (BoundedRun.NotStarted e) {
            throw command.getFirst().equals(words) ? notInstalled(words) : e;
        }
        if (ended.code() == NSENTER_FOUND_NO_PROGRAM && command.size() > all.size()) {
            throw notInstalled(words);
        }
        return ended;
    }

    private static IOException notInstalled(String program) {
        return new IOException("iptables is not installed: there is no program " + program);
    }

    @Override
    public String toString() {
        return program;
    }
}
