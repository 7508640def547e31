package io.vpccni.client.install;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A folder of programs, {@code /opt/cni/bin}: their launchers, and below it the runtime that these start. It is the only folder
 * of programs that the reference's manifest mounts, so nothing may stand beside it.
 *
 * @param written where it is written
 * @param run where it is when the programs run
 * @param programs those that have launchers here
 */
record ProgramFolder(Path written, Path run, List<Program> programs) {

    private static final String HOME = "vpc-cni";

    /** The runtime's folder in a folder of programs. */
    static Path homeIn(Path folder) {
        return folder.resolve(HOME);
    }

    Path home() {
        return homeIn(written);
    }

    Path runHome() {
        return homeIn(run);
    }

    /** Complains before the work begins. */
    void check() throws InstallException {
        for (Program program : programs) {
            Launcher.script(runHome(), program);
        }
    }

    boolean holds(Stamp stamp) throws IOException {
        if (!stamp.isIn(home())) {
            return false;
        }
        for (Program program : programs) {
            if (!Files.isExecutable(written.resolve(program.file()))) {
                return false;
            }
        }
        return true;
    }

    /** A folder beside the runtime's that does not exist yet. */
    Path draft() throws IOException {
        Files.createDirectories(written);
        Path draft = written.resolve(HOME + ".new");
        delete(draft);
        return draft;
    }

    /** Completes the draft of a runtime, and has it take the old one's place. */
    void complete(Path draft, Stamp stamp) throws IOException {
        for (Program program : programs) {
            String arguments = Launcher.arguments(runHome(), program, stamp.socket(), stamp.version());
            AtomicFile.write(draft.resolve(program.file() + ".args"), arguments, "rw-r--r--");
        }
        stamp.write(draft);
        replace(draft);
    }

    /** Two renames: a call that comes between them finds no runtime, and its caller tries again. */
    private void replace(Path draft) throws IOException {
        Path old = written.resolve(HOME + ".old");
        delete(old);
        if (Files.exists(home())) {
            Files.move(home(), old, StandardCopyOption.ATOMIC_MOVE);
        }
        Files.move(draft, home(), StandardCopyOption.ATOMIC_MOVE);
        delete(old);
    }

    /** Writes the launchers that are missing or different; returns their names. */
    List<String> writeLaunchers() throws IOException, InstallException {
        List<String> changed = new ArrayList<>();
        for (Program program : programs) {
            String script = Launcher.script(runHome(), program);
            if (AtomicFile.writeIfChanged(written.resolve(program.file()), script, "rwxr-xr-x")) {
                changed.add(program.file());
            }
        }
        return changed;
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
