package io.vpccni.extension.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.junit.jupiter.api.Test;

class ChartArchiveTest {

    private final TreeMap<String, byte[]> files = new TreeMap<>();

    {
        files.put("Chart.yaml", "name: nodes".getBytes(StandardCharsets.UTF_8));
        files.put("templates/" + "long".repeat(30) + ".yaml", "kind: ä".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void everyFileIsInTheChartsFolder() throws IOException {
        List<String> found = new ArrayList<>();
        try (TarArchiveInputStream archive = opened(ChartArchive.of("nodes", files))) {
            for (var entry = archive.getNextEntry(); entry != null; entry = archive.getNextEntry()) {
                found.add(entry.getName() + ": " + new String(archive.readAllBytes(), StandardCharsets.UTF_8));
            }
        }

        assertThat(found)
                .containsExactly(
                        "nodes/Chart.yaml: name: nodes", "nodes/templates/" + "long".repeat(30) + ".yaml: kind: ä");
    }

    @Test
    void noTimeIsInIt() throws IOException {
        byte[] bytes = ChartArchive.of("nodes", files);

        assertThat(bytes).startsWith(0x1f, 0x8b, 8, 0, 0, 0, 0, 0);
        try (TarArchiveInputStream archive = opened(bytes)) {
            assertThat(archive.getNextEntry().getLastModifiedTime().toMillis()).isZero();
        }
    }

    private static TarArchiveInputStream opened(byte[] archive) throws IOException {
        return new TarArchiveInputStream(new GzipCompressorInputStream(new ByteArrayInputStream(archive)));
    }
}
