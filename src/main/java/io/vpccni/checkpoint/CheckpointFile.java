package io.vpccni.checkpoint;

import io.smallrye.mutiny.Uni;
import io.vpccni.checkpoint.CheckpointFormat.MalformedCheckpoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes the state file. Group commit: while one write is under way, later states replace each other and share the
 * next write. The file is replaced as a whole: a new file is written, forced to disk and renamed over the old one.
 *
 * <p>A write that fails is said so to whoever waits for it, and tried again until it succeeds or a later one does: the file
 * comes up to date without another pod's coming or going.
 */
public final class CheckpointFile implements AutoCloseable {

    /** Largest file that is read: a node with every address of a /16 stays far below. */
    private static final long LARGEST = 64L << 20;

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
        byte[] content;
        try {
            if (Files.size(path) > LARGEST) {
                return setAside("it is larger than " + LARGEST + " bytes");
            }
            content = Files.readAllBytes(path);
        } catch (NoSuchFileException e) {
            return new Found(Checkpoint.EMPTY, List.of());
        } catch (IOException e) {
            return setAside("it cannot be read (" + e + ")");
        }
        try {
            CheckpointFormat.Parsed parsed = CheckpointFormat.read(content);
            return new Found(
                    parsed.checkpoint(), parsed.complaints().isEmpty() ? List.of() : withCopy(parsed.complaints()));
        } catch (MalformedCheckpoint e) {
            return setAside(e.getMessage());
        }
    }

    /** A new name needs no room on the disk, which a copy would. */
    private Found setAside(@Nullable String why) {
        Path aside = aside();
        String kept;
        try {
            Files.move(path, aside, StandardCopyOption.ATOMIC_MOVE);
            kept = "it is kept as " + aside;
        } catch (IOException e) {
            kept = "it could not be set aside (" + e + ")";
        }
        return new Found(
                Checkpoint.EMPTY,
                List.of("the state file " + path + " cannot be used, " + why + "; " + kept
                        + " and the state is rebuilt from the kernel and EC2"));
    }

    /** The file is of use: it stays where it is, and what was left out of it stays readable in a copy. */
    private List<String> withCopy(List<String> complaints) {
        try {
            Files.copy(path, aside(), StandardCopyOption.REPLACE_EXISTING);
            return complaints;
        } catch (IOException e) {
            List<String> more = new ArrayList<>(complaints);
            more.add("the state file " + path + " could not be copied before it is written anew: " + e);
            return more;
        }
    }

    private Path aside() {
        return path.resolveSibling(
                path.getFileName() + ".broken-" + Instant.now().toEpochMilli());
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
                replace(CheckpointFormat.write(write.checkpoint()));
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
                replace(CheckpointFormat.write(state));
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

    private void replace(byte[] content) throws IOException {
        Path folder = path.toAbsolutePath().getParent();
        Files.createDirectories(folder);
        Path draft = Files.createTempFile(
                folder,
                path.getFileName() + ".tmp",
                "",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            try (FileChannel file = FileChannel.open(draft, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(content);
                while (bytes.hasRemaining()) {
                    file.write(bytes);
                }
                file.force(true);
            }
            Files.move(draft, path, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(draft);
        }
        try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
            directory.force(true); // without it a crash of the machine may bring the old file back
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
