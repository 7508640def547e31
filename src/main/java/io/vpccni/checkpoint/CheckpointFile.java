package io.vpccni.checkpoint;

import io.smallrye.mutiny.Uni;
import io.vpccni.vpc.IpAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes the state file, which is one file for each network card: {@code ipam.json} for the first, {@code
 * ipam-nic-1.json} for the next. Group commit: while one write is under way, later states replace each other and share the next
 * write.
 *
 * <p>A write that fails is said so to whoever waits for it, and tried again until it succeeds or a later one does: the file
 * comes up to date without another pod's coming or going.
 */
public final class CheckpointFile implements AutoCloseable {

    private static final String SUFFIX = ".json";

    /** Until a write that failed is tried again. */
    private static final Duration RETRY = Duration.ofSeconds(2);

    private static final Logger LOG = Logger.getLogger(CheckpointFile.class);

    /**
     * What was found at the start.
     *
     * @param complaints what was wrong with it, one sentence each
     */
    public record Found(Checkpoint checkpoint, List<String> complaints) {}

    private record Write(Checkpoint checkpoint, CompletableFuture<@Nullable Void> done) {}

    private final Path path;

    /** By network card. Read at the start, then the writer's. */
    private final SortedMap<Integer, CardFile> files = new TreeMap<>();

    private final Consumer<String> alarm;
    private final ExecutorService writer;
    private @Nullable Write next;
    private boolean writing;

    /** The state that is not on disk yet because its write failed. On the writer's thread only, as the next one. */
    private @Nullable Checkpoint unwritten;

    private boolean retrySet;

    private volatile Optional<String> trouble = Optional.empty();

    /**
     * @param alarm told once, in a sentence, when the file cannot be written any more; must return at once
     */
    public CheckpointFile(Path path, Consumer<String> alarm) {
        this.path = path;
        this.alarm = alarm;
        this.writer = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().daemon().name("checkpoint").factory());
    }

    /**
     * What the last daemon left. A missing file is a fresh node. A file that cannot be read or trusted is set aside next to the
     * old place, as {@code <name>.broken-<time>}, and counts as empty: the kernel and EC2 know the rest. Nothing that is wrong
     * with the file or its disk is an obstacle to the start.
     */
    public Found read() {
        List<Checkpoint.Entry> entries = new ArrayList<>();
        Map<IpAddress, Instant> cooling = new HashMap<>();
        List<String> complaints = new ArrayList<>();
        for (int card : cardsOnDisk(complaints)) {
            Found found = fileOf(card).read();
            entries.addAll(found.checkpoint().entries());
            cooling.putAll(found.checkpoint().cooling());
            complaints.addAll(found.complaints());
        }
        return new Found(new Checkpoint(entries, cooling), complaints);
    }

    private SortedSet<Integer> cardsOnDisk(List<String> complaints) {
        SortedSet<Integer> cards = new TreeSet<>(Set.of(0));
        Path folder = Objects.requireNonNull(path.toAbsolutePath().getParent(), "a file is in a folder");
        Pattern name = Pattern.compile(Pattern.quote(stem()) + "-nic-(\\d{1,3})\\.json");
        try (Stream<Path> siblings = Files.list(folder)) {
            siblings.map(file -> name.matcher(file.getFileName().toString()))
                    .filter(Matcher::matches)
                    .forEach(found -> cards.add(Integer.parseInt(found.group(1))));
        } catch (NoSuchFileException e) {
            return cards; // a fresh node
        } catch (IOException e) {
            complaints.add("the state files of further network cards cannot be looked for in " + folder + ": " + e);
        }
        return cards;
    }

    private CardFile fileOf(int card) {
        return files.computeIfAbsent(
                card,
                _ -> new CardFile(card == 0 ? path : path.resolveSibling(stem() + "-nic-" + card + ".json"), card));
    }

    private String stem() {
        String name = path.getFileName().toString();
        return name.endsWith(SUFFIX) ? name.substring(0, name.length() - SUFFIX.length()) : name;
    }

    /** Writes {@code checkpoint}, or a later one in its place. Ends when the file is on disk. */
    public synchronized Uni<Void> write(Checkpoint checkpoint) {
        CompletableFuture<@Nullable Void> done =
                Optional.ofNullable(next).map(Write::done).orElseGet(CompletableFuture::new);
        next = new Write(checkpoint, done);
        if (!writing) {
            writing = true;
            writer.execute(this::drain);
        }
        return Uni.createFrom().completionStage(done);
    }

    /** Why the last try to write failed; empty when it did not. */
    public Optional<String> trouble() {
        return trouble;
    }

    private void drain() {
        for (Write write = take(); write != null; write = take()) {
            try {
                writeAll(write.checkpoint());
                succeeded();
                write.done().complete(null);
            } catch (IOException | RuntimeException e) {
                failed(write.checkpoint(), e);
                write.done().completeExceptionally(e);
            }
        }
    }

    private void retry() {
        retrySet = false;
        Checkpoint state = unwritten;
        if (state != null) {
            try {
                writeAll(state);
                succeeded();
            } catch (IOException | RuntimeException e) {
                failed(state, e);
            }
        }
    }

    private void succeeded() {
        if (unwritten != null) {
            unwritten = null;
            trouble = Optional.empty();
            LOG.infof("the state file %s is written again and up to date", path);
        }
    }

    private void failed(Checkpoint state, Exception why) {
        if (unwritten == null) {
            String text = "the state file " + path + " cannot be written: " + why
                    + "; pods that have an address keep it, new ones get none until it can";
            LOG.error(text);
            alarm.accept(text);
        }
        unwritten = state;
        trouble = Optional.of(why.toString());
        if (!retrySet) {
            retrySet = true;
            CompletableFuture.delayedExecutor(RETRY.toMillis(), TimeUnit.MILLISECONDS, writer)
                    .execute(this::retry);
        }
    }

    private synchronized @Nullable Write take() {
        Write taken = next;
        next = null;
        writing = taken != null;
        return taken;
    }

    /** A card whose last pod has gone has an empty file. */
    private void writeAll(Checkpoint state) throws IOException {
        fileOf(0);
        state.entries().forEach(entry -> fileOf(entry.card()));
        for (CardFile file : files.values()) {
            file.write(state);
        }
    }

    /** Ends after the last write. One that failed is tried once more. */
    @Override
    public void close() {
        if (!writer.isShutdown()) {
            writer.execute(this::retry);
        }
        writer.close();
    }
}
