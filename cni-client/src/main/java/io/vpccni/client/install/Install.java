package io.vpccni.client.install;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * Makes an installation of the node programs: {@code java -jar vpc-cni-client.jar --root DIR}. {@link NodeInstall} brings one
 * that is made to a node.
 *
 * <p>Everything that is slow happens in a folder beside the old one, which is then replaced; programs under way keep the files
 * that they have opened.
 */
public final class Install {

    private final Options options;
    private final ProgramFolder folder;

    Install(Options options) {
        this.options = options;
        this.folder = new ProgramFolder(
                options.writtenPrefix().resolve("bin"), options.runPrefix().resolve("bin"), List.of(Program.values()));
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
        folder.check();
        Path draft = folder.draft();
        Path jar = Files.createTempFile("vpc-cni-client", ".jar");
        try {
            ClientJar.write(jar);
            Stamp stamp = Stamp.of(jar, folder.runHome(), options.socket(), version());
            if (options.onlyIfChanged() && folder.holds(stamp)) {
                return "unchanged: " + folder.home();
            }
            JavaHome.link(draft, options.modules());
            Files.copy(jar, draft.resolve("client.jar"));
            Files.setPosixFilePermissions(draft.resolve("client.jar"), PosixFilePermissions.fromString("rw-r--r--"));
            if (JavaHome.runsHere(draft)) {
                AotCache.train(draft, draft.resolve("client.aot"));
            }
            folder.complete(draft, stamp);
        } finally {
            Files.delete(jar);
        }
        folder.writeLaunchers();
        return "installed: " + folder.home();
    }

    private static String version() {
        String version = Install.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
