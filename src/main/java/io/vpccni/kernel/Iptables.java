package io.vpccni.kernel;

import io.vpccni.dataplane.FirewallWish;
import io.vpccni.dataplane.Repair;
import io.vpccni.dataplane.SavedTables;
import io.vpccni.vpc.IpFamily;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * The host's iptables, by its own programs: one read, and one write only if something differs. They take up to some tens of
 * milliseconds, and longer where others hold their lock.
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

    private record Ended(int code, String output) {}

    /** Makes it so. Says what had to be changed. */
    List<Repair> apply(FirewallWish wish) throws IOException {
        Ended write = new Ended(0, "");
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            String input = wish.restoreInput(read());
            if (input.isEmpty()) {
                return List.of();
            }
            write = run(input, program + "-restore", "--noflush", "-w", LOCK_WAIT_SECONDS);
            if (write.code() == 0) {
                LOG.debugf("changed in iptables:%n%s", input);
                return Repair.ofRestore(program, input);
            }
        }
        throw new IOException(
                program + "-restore refuses the host's rules: " + write.output().strip());
    }

    /** What {@code --version} says, such as {@code iptables v1.8.9 (nf_tables)}. */
    String version() throws IOException {
        Ended asked = run("", program, "--version");
        if (asked.code() != 0) {
            throw new IOException(
                    program + " --version failed: " + asked.output().strip());
        }
        return asked.output().strip();
    }

    /** The chains of a table. */
    Set<String> chains(String table) throws IOException {
        return read().namesOfChains(table);
    }

    private SavedTables read() throws IOException {
        Ended read = run("", program + "-save");
        if (read.code() != 0) {
            throw new IOException(program + "-save failed: " + read.output().strip());
        }
        return SavedTables.parse(read.output());
    }

    private Ended run(String input, String... words) throws IOException {
        List<String> command = host.command(words);
        Process process = start(command, words[0]);
        Thread limit =
                Thread.ofPlatform().name("vpccni-iptables-limit").daemon().start(() -> killLate(process));
        try {
            try (OutputStream stdin = process.getOutputStream()) {
                stdin.write(input.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                // It ended without reading; its exit code says why.
                LOG.debugf("%s takes no input: %s", words[0], e.getMessage());
            }
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int code = process.waitFor();
            if (code == NSENTER_FOUND_NO_PROGRAM && command.size() > words.length) {
                throw notInstalled(words[0]);
            }
            return new Ended(code, output);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + words[0] + " ran", e);
        } finally {
            limit.interrupt();
            process.destroyForcibly();
        }
    }

    private static Process start(List<String> command, String program) throws IOException {
        try {
            return new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            throw command.getFirst().equals(program)
                    ? notInstalled(program)
                    : new IOException(command.getFirst() + " cannot be started: " + e.getMessage(), e);
        }
    }

    private static IOException notInstalled(String program) {
        return new IOException("iptables is not installed: there is no program " + program);
    }

    private static void killLate(Process process) {
        try {
            if (!process.waitFor(LONGEST_RUN.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            // It has ended in time.
        }
    }

    @Override
    public String toString() {
        return program;
    }
}
