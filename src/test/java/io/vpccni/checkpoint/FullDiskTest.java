package io.vpccni.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vpccni.checkpoint.Checkpoint.Entry;
import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import io.vpccni.pool.PodName;
import io.vpccni.pool.Sandbox;
import io.vpccni.testing.Eventually;
import io.vpccni.testing.TinyDisk;
import io.vpccni.vpc.Ipv4Address;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The state file on a real disk that is full or read-only. */
@RequiresNetworkNamespaces
class FullDiskTest {

    private static final Checkpoint BEFORE = state("a");
    private static final Checkpoint AFTER = state("b");

    private final List<String> troubles = new CopyOnWriteArrayList<>();
    private TinyDisk disk;
    private CheckpointFile file;

    @BeforeEach
    void open() throws IOException {
        disk = new TinyDisk();
        file = new CheckpointFile(path(), troubles::add);
    }

    @AfterEach
    void close() {
        file.close();
        disk.close();
    }

    @Test
    void onAFullDiskTheOldStateStaysAndTheNewOneIsWrittenOnceThereIsRoom() throws Exception {
        write(BEFORE);
        disk.fill();

        assertThatThrownBy(() -> write(state("lost"))).hasMessageContaining("No space left");
        assertThatThrownBy(() -> write(AFTER)).hasMessageContaining("No space left");

        assertThat(file.read().checkpoint()).isEqualTo(BEFORE);
        assertThat(names()).containsExactlyInAnyOrder("ipam.json", "filler");
        assertThat(troubles).singleElement().asString().contains(path().toString(), "No space left");

        disk.makeRoom();

        Eventually.is(AFTER, "the state", () -> file.read().checkpoint());
        assertThat(names()).containsExactly("ipam.json");
    }

    @Test
    void aNewTroubleIsToldAnew() throws Exception {
        write(BEFORE);
        for (int times = 1; times <= 2; times++) {
            disk.fill();
            assertThatThrownBy(() -> write(AFTER)).hasMessageContaining("No space left");
            disk.makeRoom();
            write(BEFORE);

            assertThat(troubles).hasSize(times);
        }
    }

    @Test
    void whatCouldNotBeWrittenIsTriedOnceMoreAtTheEnd() throws Exception {
        disk.fill();
        assertThatThrownBy(() -> write(AFTER)).hasMessageContaining("No space left");
        disk.makeRoom();

        file.close();

        assertThat(file.read().checkpoint()).isEqualTo(AFTER);
    }

    @Test
    void onAFullDiskABrokenFileIsKeptToo() throws Exception {
        Files.writeString(path(), "broken");
        disk.fill();

        CheckpointFile.Found found = file.read();

        assertThat(found.checkpoint()).isEqualTo(Checkpoint.EMPTY);
        assertThat(found.complaints()).singleElement().asString().contains("it is kept as");
        assertThat(asides())
                .singleElement()
                .satisfies(aside -> assertThat(aside).hasContent("broken"));
    }

    @Test
    void onAReadOnlyDiskABrokenFileStaysWhereItIs() throws Exception {
        Files.writeString(path(), "broken");
        disk.readOnly();

        CheckpointFile.Found found = file.read();

        assertThat(found.checkpoint()).isEqualTo(Checkpoint.EMPTY);
        assertThat(found.complaints()).singleElement().asString().contains("could not be set aside", "Read-only");
        assertThat(path()).hasContent("broken");
    }

    @Test
    void onAReadOnlyDiskAGoodFileIsReadAndWrittenWhenItCanBe() throws Exception {
        write(BEFORE);
        disk.readOnly();

        assertThat(file.read()).isEqualTo(new CheckpointFile.Found(BEFORE, List.of()));
        assertThatThrownBy(() -> write(AFTER)).hasMessageContaining("Read-only");

        disk.writable();

        Eventually.is(AFTER, "the state", () -> file.read().checkpoint());
    }

    @Test
    void aFileThatContradictsItselfIsUsedWithoutACopy() throws Exception {
        Files.writeString(path(), """
                {"version":"vpc-cni-ipam/1","allocations":[
                {"networkName":"aws-cni","containerID":"a","ifName":"eth0","ipv4":"10.0.0.9","allocationTimestamp":1},
                {"networkName":"aws-cni","containerID":"b","ifName":"eth0","ipv4":"10.0.0.9","allocationTimestamp":2}]}
                """);
        disk.fill();

        CheckpointFile.Found found = file.read();

        assertThat(found.checkpoint().entries())
                .extracting(entry -> entry.sandbox().containerId())
                .containsExactly("a");
        assertThat(found.complaints()).hasSize(2).last().asString().contains("could not be copied", "No space left");
        assertThat(asides()).isEmpty();
    }

    @Test
    void whatIsNoFileAtAllIsSetAside() throws Exception {
        Files.createDirectory(path());
        Files.writeString(path().resolve("something"), "of somebody");

        assertThat(file.read().complaints()).singleElement().asString().contains("cannot be read", "it is kept as");
        write(AFTER);

        assertThat(file.read().checkpoint()).isEqualTo(AFTER);
        assertThat(asides())
                .singleElement()
                .satisfies(aside -> assertThat(aside.resolve("something")).hasContent("of somebody"));
    }

    private Path path() {
        return disk.folder().resolve("ipam.json");
    }

    private void write(Checkpoint state) {
        file.write(state).await().atMost(Duration.ofSeconds(30));
    }

    private static Checkpoint state(String container) {
        return new Checkpoint(
                List.of(new Entry(
                        new Sandbox("aws-cni", container, "eth0"),
                        new PodName("shop", "cart-0"),
                        Ipv4Address.parse("10.20.3.17"),
                        Instant.ofEpochSecond(1787263331))),
                Map.of());
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(disk.folder())) {
            return files.map(one -> one.getFileName().toString()).toList();
        }
    }

    private List<Path> asides() throws IOException {
        try (Stream<Path> files = Files.list(disk.folder())) {
            return files.filter(one -> one.getFileName().toString().contains(".broken-"))
                    .toList();
        }
    }
}
