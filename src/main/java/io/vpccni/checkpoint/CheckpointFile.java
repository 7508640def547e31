package io.vpccni.checkpoint;

import io.smallrye.mutiny.Uni;
import io.vpccni.checkpoint.CheckpointFormat.MalformedCheckpoint;
import io.vpccni.vpc.IpAddress;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes the state file, which is one file for each network card: {@code ipam.json} for the first, {@code
 * ipam-nic-1.json} for the next.
 *
 * <p>Group commit: while one write is under way, later states replace each other and share the next write. A file is replaced as
 * a whole, and only when it changes: a new file is written, forced to disk and renamed over the old one.
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

    private static final String SUFFIX = ".json";

    private static final byte[] UNKNOWN_CONTENT = {};

    private final Path path;

    /** What is in the file of each network card. Read at the start, then the writer's. */
    private final Map<Integer, byte[]> written = new ConcurrentHashMap<>();

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
        List<Checkpoint.Entry> entries = new ArrayList<>();
        Map<IpAddress, Instant> cooling = new HashMap<>();
        List<String> complaints = new ArrayList<>();
        for (Map.Entry<Integer, Path> file : files().entrySet()) {
            Found found = read(file.getValue(), file.getKey());
            entries.addAll(found.checkpoint().entries());
            cooling.putAll(found.checkpoint().cooling());
            complaints.addAll(found.complaints());
            written.put(file.getKey(), UNKNOWN_CONTENT);
        }
        return new Found(new Checkpoint(entries, cooling), complaints);
    }

    /** The files that are there, by network card. */
    private SortedMap<Integer, Path> files() throws IOException {
        SortedMap<Integer, Path> files = new TreeMap<>(Map.of(0, path));
        Path folder = folder();
        if (Files.isDirectory(folder)) {
            Pattern name = Pattern.compile(Pattern.quote(stem()) + "-nic-(\\d{1,3})\\.json");
            try (Stream<Path> siblings = Files.list(folder)) {
                siblings.forEach(file -> {
                    Matcher matcher = name.matcher(file.getFileName().toString());
                    if (matcher.matches()) {
                        files.put(Integer.parseInt(matcher.group(1)), file);
                    }
                });
            }
        }
        return files;
    }

    private Path folder() {
        return Objects.requireNonNull(path.toAbsolutePath().getParent(), "a file is in a folder");
    }

    private Path pathOf(int card) {
        return card == 0 ? path : path.resolveSibling(stem() + "-nic-" + card + ".json");
    }

    private String stem() {
        String name = path.getFileName().toString();
        return name.endsWith(SUFFIX) ? name.substring(0, name.length() - SUFFIX.length()) : name;
    }

    private static Found read(Path file, int card) throws IOException {
        byte[] content;
        try {
            if (Files.size(file) > LARGEST) {
                return setAside(file, "it is larger than " + LARGEST + " bytes");
            }
            content = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            return new Found(Checkpoint.EMPTY, List.of());
        }
        try {
            CheckpointFormat.Parsed parsed = CheckpointFormat.read(content, card);
            if (!parsed.complaints().isEmpty()) {
                copyAside(file);
            }
            return new Found(parsed.checkpoint(), parsed.complaints());
        } catch (MalformedCheckpoint e) {
            return setAside(file, e.getMessage());
        }
    }

    private static Found setAside(Path file, @Nullable String why) throws IOException {
        Path copy = copyAside(file);
        return new Found(
                Checkpoint.EMPTY,
                List.of("the state file " + file + " cannot be used, " + why + "; it is kept as " + copy
                        + " and the state is rebuilt from the kernel and EC2"));
    }

    private static Path copyAside(Path file) throws IOException {
        Path copy = file.resolveSibling(
                file.getFileName() + ".broken-" + Instant.now().toEpochMilli());
        return Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
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
                writeCards(write.checkpoint());
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

    private void writeCards(Checkpoint checkpoint) throws IOException {
        SortedSet<Integer> cards = new TreeSet<>(written.keySet());
        cards.add(0);
        checkpoint.entries().forEach(entry -> cards.add(entry.card()));
        for (int card : cards) {
            byte[] content = CheckpointFormat.write(checkpoint.ofCard(card));
            if (!Arrays.equals(content, written.get(card))) {
                written.put(card, UNKNOWN_CONTENT);
                replace(pathOf(card), content);
                written.put(card, content);
            }
        }
    }

    private void replace(Path file, byte[] content) throws IOException {
        Path folder = folder();
        Files.createDirectories(folder);
        Path draft = Files.createTempFile(
                folder,
                file.getFileName() + ".tmp",
                "",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            try (FileChannel open = FileChannel.open(draft, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(content);
                while (bytes.hasRemaining()) {
                    open.write(bytes);
                }
                open.force(true);
            }
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
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
