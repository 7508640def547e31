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
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes the state file. Group commit: while one write is under way, later states replace each other and share the
 * next write. The file is replaced as a whole: a new file is written, forced to disk and renamed over the old one.
 */
public final class CheckpointFile implements AutoCloseable {

    /** Largest file that is read: a node with every address of a /16 stays far below. */
    private static final long LARGEST = 64L << 20;

    /**
     * What was found at the start.
     *
     * @param complaints what was wrong with it, one sentence each
     */
    public record Found(Checkpoint checkpoint, List<String> complaints) {}

    private record Write(Checkpoint checkpoint, CompletableFuture<@Nullable Void> done) {}

    private final Path path;
    private final ExecutorService writer;
    private @Nullable Write next;
    private boolean writing;

    public CheckpointFile(Path path) {
        this.path = path;
        this.writer = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().daemon().name("checkpoint").factory());
    }

    /**
     * What the last daemon left. A missing file is a fresh node. A file that cannot be trusted is set aside next to the old
     * place, as {@code <name>.broken-<time>}, and counts as empty: the kernel and EC2 know the rest.
     */
    public Found read() throws IOException {
        byte[] content;
        try {
            if (Files.size(path) > LARGEST) {
                return setAside("it is larger than " + LARGEST + " bytes");
            }
            content = Files.readAllBytes(path);
        } catch (NoSuchFileException e) {
            return new Found(Checkpoint.EMPTY, List.of());
        }
        try {
            CheckpointFormat.Parsed parsed = CheckpointFormat.read(content);
            if (!parsed.complaints().isEmpty()) {
                copyAside();
            }
            return new Found(parsed.checkpoint(), parsed.complaints());
        } catch (MalformedCheckpoint e) {
            return setAside(e.getMessage());
        }
    }

    private Found setAside(@Nullable String why) throws IOException {
        Path copy = copyAside();
        return new Found(
                Checkpoint.EMPTY,
                List.of("the state file " + path + " cannot be used, " + why + "; it is kept as " + copy
                        + " and the state is rebuilt from the kernel and EC2"));
    }

    private Path copyAside() throws IOException {
        Path copy = path.resolveSibling(
                path.getFileName() + ".broken-" + Instant.now().toEpochMilli());
        return Files.copy(path, copy, StandardCopyOption.REPLACE_EXISTING);
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

    private void drain() {
        for (Write write = take(); write != null; write = take()) {
            try {
                replace(CheckpointFormat.write(write.checkpoint()));
                write.done().complete(null);
            } catch (IOException | RuntimeException e) {
                write.done().completeExceptionally(e);
            }
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

    /** Ends after the last write. */
    @Override
    public void close() {
        writer.close();
    }
}
