package io.vpccni.client.install;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.stream.Stream;

/**
 * Installs the node programs: {@code java -jar vpc-cni-client.jar --root DIR}.
 *
 * <p>Everything that is slow happens in a folder beside the old one, which is then replaced; programs under way keep the files
 * that they have opened.
 */
public final class Install {

    private final Options options;
    private final Path home;

    Install(Options options) {
        this.options = options;
        this.home = options.writtenPrefix().resolve("vpc-cni");
    }

    public static void main(String[] arguments) {
        try {
            System.out.println(new Install(Options.parse(arguments)).run());
        } catch (InstallException e) {
            fail(String.valueOf(e.getMessage()));
        } catch (IOException | RuntimeException | InterruptedException e) {
            fail(e.toString());
        }
    }

    private static void fail(String reason) {
        System.err.println("install: " + reason.lines().findFirst().orElse(""));
        System.exit(1);
    }

    /** Installs, and says what was done. */
    String run() throws IOException, InterruptedException, InstallException {
        Path runHome = options.runPrefix().resolve("vpc-cni");
        for (Program program : Program.values()) {
            Launcher.script(runHome, program); // complains before the work begins
        }
        Files.createDirectories(options.writtenPrefix().resolve("bin"));
        Path draft = home.resolveSibling("vpc-cni.new");
        delete(draft);
        Path jar = Files.createTempFile("vpc-cni-client", ".jar");
        try {
            ClientJar.write(jar);
            String stamp = stamp(jar);
            if (options.onlyIfChanged() && isInstalled(stamp)) {
                return "unchanged: " + home;
            }
            JavaHome.link(draft);
            Files.copy(jar, draft.resolve("client.jar"));
            Files.setPosixFilePermissions(draft.resolve("client.jar"), PosixFilePermissions.fromString("rw-r--r--"));
            fill(draft, runHome);
            AtomicFile.write(draft.resolve("installed"), stamp, "rw-r--r--");
        } finally {
            Files.delete(jar);
        }
        replace(draft);
        writeLaunchers(runHome);
        return "installed: " + home;
    }

    private void fill(Path draft, Path runHome) throws IOException, InterruptedException, InstallException {
        AotCache.train(draft, draft.resolve("client.aot"));
        for (Program program : Program.values()) {
            String arguments = Launcher.arguments(runHome, program, options.socket(), version());
            AtomicFile.write(draft.resolve(program.file() + ".args"), arguments, "rw-r--r--");
        }
    }

    private void writeLaunchers(Path runHome) throws IOException, InstallException {
        for (Program program : Program.values()) {
            Path launcher = options.writtenPrefix().resolve("bin").resolve(program.file());
            AtomicFile.write(launcher, Launcher.script(runHome, program), "rwxr-xr-x");
        }
    }

    /** Two renames: a call that comes between them finds no runtime, and its caller tries again. */
    private void replace(Path draft) throws IOException {
        Path old = home.resolveSibling("vpc-cni.old");
        delete(old);
        if (Files.exists(home)) {
            Files.move(home, old, StandardCopyOption.ATOMIC_MOVE);
        }
        Files.move(draft, home, StandardCopyOption.ATOMIC_MOVE);
        delete(old);
    }

    private boolean isInstalled(String stamp) throws IOException {
        Path file = home.resolve("installed");
        if (!Files.isRegularFile(file) || !Files.readString(file).equals(stamp)) {
            return false;
        }
        for (Program program : Program.values()) {
            if (!Files.isExecutable(options.writtenPrefix().resolve("bin").resolve(program.file()))) {
                return false;
            }
        }
        return true;
    }

    /** All that decides about the files' content. */
    private String stamp(Path jar) throws IOException {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(jar));
            return String.join(
                    "\n",
                    HexFormat.of().formatHex(digest),
                    Runtime.version().toString(),
                    options.runPrefix().toString(),
                    options.socket(),
                    version(),
                    "");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static String version() {
        String version = Install.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
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
