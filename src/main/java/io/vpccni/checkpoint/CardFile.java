package io.vpccni.checkpoint;

import io.vpccni.checkpoint.CheckpointFile.Found;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The state of one network card on disk. It is replaced as a whole, and only when it changes: a new file is written, forced to
 * disk and renamed over the old one.
 */
final class CardFile {

    /** Largest file that is read: a node with every address of a /16 stays far below. */
    private static final long LARGEST = 64L << 20;

    private static final byte[] UNKNOWN = {};

    private final Path path;
    private final int card;

    /** What is in the file, as far as it is known. */
    private byte[] content = UNKNOWN;

    CardFile(Path path, int card) {
        this.path = path;
        this.card = card;
    }

    /** What the last daemon left; {@link CheckpointFile#read}. */
    Found read() {
        byte[] found;
        try {
            if (Files.size(path) > LARGEST) {
                return setAside("it is larger than " + LARGEST + " bytes");
            }
            found = Files.readAllBytes(path);
        } catch (NoSuchFileException e) {
            return new Found(Checkpoint.EMPTY, List.of());
        } catch (IOException e) {
            return setAside("it cannot be read (" + e + ")");
        }
        try {
            CheckpointFormat.Parsed parsed = CheckpointFormat.read(found, card);
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

    /** Ends when the card's part of {@code checkpoint} is on disk. */
    void write(Checkpoint checkpoint) throws IOException {
        byte[] next = CheckpointFormat.write(checkpoint.ofCard(card));
        if (!Arrays.equals(content, next)) {
            content = UNKNOWN;
            replace(next);
            content = next;
        }
    }

    private void replace(byte[] next) throws IOException {
        Path folder = Objects.requireNonNull(path.toAbsolutePath().getParent(), "a file is in a folder");
        Files.createDirectories(folder);
        Path draft = Files.createTempFile(
                folder,
                path.getFileName() + ".tmp",
                "",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            try (FileChannel file = FileChannel.open(draft, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(next);
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
}
