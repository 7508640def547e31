package io.vpccni.kernel;

import io.vpccni.vpc.IpAddress;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The state that {@code host-local} keeps: in {@code <dataDir>/<network>/} one file for each address in use, named by it, with
 * the container and, on a second line, its interface. Only read here; {@code host-local} writes it under a lock of its own.
 */
record IpamState(Path folder) {

    private static final int LARGEST_FILE = 4096;

    /** Who has an address. */
    record Owner(IpAddress address, String container, String ifName) {}

    static IpamState of(IpamCall call) {
        return new IpamState(call.dataDir().resolve(call.network()));
    }

    /** What this interface of a container has; empty without any. */
    Optional<IpAddress> addressOf(String container, String ifName) throws IOException {
        return owners().stream()
                .filter(owner ->
                        owner.container().equals(container) && owner.ifName().equals(ifName))
                .map(Owner::address)
                .findFirst();
    }

    /** All of them; none where the plugin never ran. */
    List<Owner> owners() throws IOException {
        List<Owner> owners = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                owner(file).ifPresent(owners::add);
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return owners;
    }

    private static Optional<Owner> owner(Path file) throws IOException {
        Optional<IpAddress> address = address(String.valueOf(file.getFileName()));
        if (address.isEmpty()) {
            return Optional.empty();
        }
        try (InputStream stream = Files.newInputStream(file)) {
            String[] lines = new String(stream.readNBytes(LARGEST_FILE), StandardCharsets.UTF_8).split("\r?\n", -1);
            return Optional.of(new Owner(address.get(), lines[0].strip(), lines.length > 1 ? lines[1].strip() : ""));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    // The plugin's other files: the lock, and the address that it gave last.
    private static Optional<IpAddress> address(String name) {
        try {
            return Optional.of(IpAddress.parse(name));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
