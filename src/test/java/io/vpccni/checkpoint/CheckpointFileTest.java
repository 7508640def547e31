package io.vpccni.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.mutiny.Uni;
import io.vpccni.checkpoint.Checkpoint.Entry;
import io.vpccni.pool.PodName;
import io.vpccni.pool.Sandbox;
import io.vpccni.vpc.Ipv4Address;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CheckpointFileTest {

    private static final Entry CART = new Entry(
            new Sandbox("aws-cni", "6f1c", "eth0"),
            new PodName("shop", "cart-0"),
            Ipv4Address.parse("10.20.3.17"),
            Instant.ofEpochSecond(1787263331, 120045678));

    @TempDir
    private Path folder;

    @Test
    void aFileOfTheReferenceIsRead() throws IOException {
        Files.writeString(path(), """
                {"version":"vpc-cni-ipam/1","allocations":[{"networkName":"aws-cni","containerID":"6f1c","ifName":"eth0",\
                "ipv4":"10.20.3.17","allocationTimestamp":1787263331120045678,\
                "metadata":{"k8sPodNamespace":"shop","k8sPodName":"cart-0","interfacesCount":1}}]}
                """);

        CheckpointFile.Found found = file().read();

        assertThat(found.checkpoint().entries()).containsExactly(CART);
        assertThat(found.complaints()).isEmpty();
    }

    @Test
    void whatIsWrittenIsOneLineInTheReferencesFormat() throws IOException {
        try (CheckpointFile file = file()) {
            write(file, new Checkpoint(List.of(CART), Map.of()));
        }

        assertThat(Files.readString(path()))
                .isEqualTo(
                        "{\"version\":\"vpc-cni-ipam/1\",\"allocations\":[{\"networkName\":\"aws-cni\",\"containerID\":"
                                + "\"6f1c\",\"ifName\":\"eth0\",\"ipv4\":\"10.20.3.17\",\"allocationTimestamp\":1787263331120045678,"
                                + "\"metadata\":{\"k8sPodNamespace\":\"shop\",\"k8sPodName\":\"cart-0\",\"interfacesCount\":1}}]}\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path())))
                .isEqualTo("rw-------");
    }

    @Test
    void coolDownsSurvive() throws IOException {
        Checkpoint resting =
                new Checkpoint(List.of(), Map.of(Ipv4Address.parse("10.0.0.9"), Instant.parse("2026-01-01T00:00:30Z")));
        try (CheckpointFile file = file()) {
            write(file, resting);

            assertThat(file.read().checkpoint()).isEqualTo(resting);
        }
    }

    @Test
    void aMissingFileIsAFreshNode() throws IOException {
        assertThat(file().read()).isEqualTo(new CheckpointFile.Found(Checkpoint.EMPTY, List.of()));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            empty         | ``
            torn          | {"version":"vpc-cni-ipam/1","allocations":[{"networkName":"aws
            not JSON      | ipam
            not an object | []
            other version | {"version":"vpc-cni-ipam/2","allocations":[]}
            no version    | {"allocations":[]}
            """)
    void aFileThatCannotBeTrustedIsKeptAsideAndTheNodeStartsEmpty(String name, String content) throws IOException {
        Files.writeString(path(), content);

        CheckpointFile.Found found = file().read();

        assertThat(found.checkpoint()).isEqualTo(Checkpoint.EMPTY);
        assertThat(found.complaints()).singleElement().asString().contains(path().toString(), ".broken-");
        assertThat(asides()).singleElement().satisfies(copy -> assertThat(copy).hasContent(content));
    }

    @Test
    void ofTwoEntriesWithOneAddressTheFirstStays() throws IOException {
        Files.writeString(path(), """
                {"version":"vpc-cni-ipam/1","allocations":[
                {"networkName":"aws-cni","containerID":"a","ifName":"eth0","ipv4":"10.0.0.9","allocationTimestamp":1},
                {"networkName":"aws-cni","containerID":"b","ifName":"eth0","ipv4":"10.0.0.9","allocationTimestamp":2},
                {"networkName":"aws-cni","containerID":"c","ifName":"eth0","ipv4":"nonsense","allocationTimestamp":3}]}
                """);

        CheckpointFile.Found found = file().read();

        assertThat(found.checkpoint().entries())
                .extracting(entry -> entry.sandbox().containerId())
                .containsExactly("a");
        assertThat(found.complaints()).hasSize(2);
        assertThat(asides()).hasSize(1);
    }

    @Test
    void laterStatesShareAWriteAndTheLastOneIsOnDisk() throws IOException {
        List<Uni<Void>> writes = new ArrayList<>();
        try (CheckpointFile file = file()) {
            for (int second = 0; second < 100; second++) {
                Entry entry = new Entry(CART.sandbox(), CART.pod(), CART.address(), Instant.ofEpochSecond(second));
                writes.add(file.write(new Checkpoint(List.of(entry), Map.of())));
            }
            writes.forEach(write -> write.await().atMost(Duration.ofSeconds(30)));

            assertThat(file.read().checkpoint().entries())
                    .extracting(Entry::since)
                    .containsExactly(Instant.ofEpochSecond(99));
        }
        assertThat(folder).isDirectoryNotContaining("glob:**tmp*");
    }

    @Test
    void aWriteThatFailsSaysSo() throws IOException {
        Path taken = Files.writeString(folder.resolve("file"), "not a folder");
        try (CheckpointFile file = new CheckpointFile(taken.resolve("ipam.json"), _ -> {})) {
            assertThatThrownBy(() -> write(file, Checkpoint.EMPTY)).hasMessageContaining(taken.toString());
        }
    }

    private Path path() {
        return folder.resolve("ipam.json");
    }

    private CheckpointFile file() {
        return new CheckpointFile(path(), _ -> {});
    }

    private static void write(CheckpointFile file, Checkpoint state) {
        file.write(state).await().atMost(Duration.ofSeconds(30));
    }

    private List<Path> asides() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().contains(".broken-"))
                    .toList();
        }
    }
}
