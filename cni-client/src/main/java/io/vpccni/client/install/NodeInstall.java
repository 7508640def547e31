package io.vpccni.client.install;

import java.io.IOException;
import java.nio.file.CopyOption;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Brings the plugins of an image's folder to the node: the runtime first, so that no launcher names one that is not there. What
 * is the same stays as it is.
 */
public final class NodeInstall {

    private static final CopyOption[] AS_IT_IS = {StandardCopyOption.COPY_ATTRIBUTES, LinkOption.NOFOLLOW_LINKS};

    private NodeInstall() {}

    /** Whether {@code folder} is one that {@link Install} made. */
    public static boolean isPossibleFrom(Path folder) {
        return Stamp.isAt(ProgramFolder.homeIn(folder));
    }

    /** A folder as the node sees it: containers mount the node's folders below {@code /host}. */
    public static Path seenByNode(Path folder) {
        Path host = Path.of("/host");
        Path all = folder.toAbsolutePath().normalize();
        return all.startsWith(host) ? Path.of("/").resolve(host.relativize(all)) : all;
    }

    /** The names of the launchers, which are made for the folder that they are in. */
    public static List<String> launchers() {
        return Stream.of(Program.values()).map(Program::file).toList();
    }

    /**
     * Installs, and returns what had to be written; nothing when all of it was there.
     *
     * @param folder the image's folder of programs
     * @param target the node's folder of programs, as it is mounted here
     * @param seen the same folder as the node sees it
     * @throws InstallException when the folder has no runtime, or the node's path is one that the kernel cannot start from
     */
    public static List<String> install(Path folder, Path target, Path seen) throws IOException, InstallException {
        ProgramFolder node = new ProgramFolder(target, seen, Program.onNodes());
        node.check();
        Path home = ProgramFolder.homeIn(folder);
        Stamp stamp = Stamp.read(home).at(node.runHome());
        List<String> written = new ArrayList<>();
        if (!stamp.isIn(node.home())) {
            Path draft = node.draft();
            copy(home, draft);
            node.complete(draft, stamp);
            written.add(node.home().getFileName().toString());
        }
        written.addAll(node.writeLaunchers());
        return List.copyOf(written);
    }

    /** All but what names the folder it is in. */
    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path :
                    all.filter(path -> !path.toString().endsWith(".args")).toList()) {
                Files.copy(path, to.resolve(from.relativize(path)), AS_IT_IS);
            }
        }
    }
}
