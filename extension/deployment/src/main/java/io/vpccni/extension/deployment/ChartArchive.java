package io.vpccni.extension.deployment;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.SortedMap;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorOutputStream;

/** A chart as repositories have it: a compressed archive of one folder with the chart's name. */
final class ChartArchive {

    private ChartArchive() {}

    /**
     * The same bytes for the same files.
     *
     * @param files contents by paths in the chart
     */
    static byte[] of(String chart, SortedMap<String, byte[]> files) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream archive = new TarArchiveOutputStream(new GzipCompressorOutputStream(bytes))) {
            archive.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                TarArchiveEntry entry = new TarArchiveEntry(chart + "/" + file.getKey());
                entry.setModTime(0);
                entry.setSize(file.getValue().length);
                archive.putArchiveEntry(entry);
                archive.write(file.getValue());
                archive.closeArchiveEntry();
            }
        }
        return bytes.toByteArray();
    }
}
