package io.vpccni.client.install;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** This program's own classes, written again without compression: a node reads them at every call that finds no AOT cache. */
final class ClientJar {

    private ClientJar() {}

    /** Writes the jar; the same classes always give the same bytes. */
    static void write(Path path) throws IOException {
        Path source = source();
        if (Files.isDirectory(source)) {
            write(path, source);
            return;
        }
        try (FileSystem jar = FileSystems.newFileSystem(source)) {
            write(path, jar.getPath("/"));
        }
    }

    private static Path source() {
        try {
            return Path.of(ClientJar.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException("the class path holds a malformed URL", e);
        }
    }

    private static void write(Path path, Path classes) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(classes)) {
            files = all.filter(file -> file.toString().endsWith(".class"))
                    .sorted()
                    .toList();
        }
        try (ZipOutputStream jar = new ZipOutputStream(Files.newOutputStream(path))) {
            for (Path file : files) {
                byte[] bytes = Files.readAllBytes(file);
                jar.putNextEntry(entry(classes.relativize(file).toString(), bytes));
                jar.write(bytes);
            }
        }
    }

    private static ZipEntry entry(String name, byte[] bytes) {
        CRC32 crc = new CRC32();
        crc.update(bytes);
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(bytes.length);
        entry.setCrc(crc.getValue());
        entry.setTimeLocal(LocalDateTime.of(1980, 2, 1, 0, 0));
        return entry;
    }
}
