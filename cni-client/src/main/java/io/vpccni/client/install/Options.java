package io.vpccni.client.install;

import java.nio.file.Path;
import java.util.Optional;

/**
 * The command line of {@link Install}.
 *
 * @param root {@code --root}: the folder under which everything is written, for example the root of an image
 * @param prefix {@code --prefix}: where programs live on the node; absolute
 * @param withoutRoot {@code --paths-without-root}: launchers name the paths as they are seen once the root is {@code /}
 * @param socket {@code --socket}: where the daemon will listen
 * @param onlyIfChanged {@code --only-if-changed}: leave an installation alone that would be the same
 * @param modules {@code --modules}: the folder {@code jmods} of a JDK of this version for other machines, which the runtime is for
 */
record Options(
        Path root, Path prefix, boolean withoutRoot, String socket, boolean onlyIfChanged, Optional<Path> modules) {

    static final String USAGE = "usage: Install --root DIR [--prefix /opt/cni] [--paths-without-root]"
            + " [--socket PATH] [--only-if-changed] [--modules DIR]";

    static Options parse(String... arguments) throws InstallException {
        Path root = null;
        Path prefix = Path.of("/opt/cni");
        boolean withoutRoot = false;
        String socket = "/var/run/aws-node/ipamd.sock";
        boolean onlyIfChanged = false;
        Optional<Path> modules = Optional.empty();
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--root" ->
                    root = Path.of(value(arguments, ++i)).toAbsolutePath().normalize();
                case "--prefix" -> prefix = Path.of(value(arguments, ++i)).normalize();
                case "--paths-without-root" -> withoutRoot = true;
                case "--socket" -> socket = value(arguments, ++i);
                case "--only-if-changed" -> onlyIfChanged = true;
                case "--modules" -> modules = Optional.of(Path.of(value(arguments, ++i)));
                default -> throw new InstallException("unknown option " + arguments[i] + "; " + USAGE);
            }
        }
        if (root == null) {
            throw new InstallException("--root is missing; " + USAGE);
        }
        if (!prefix.isAbsolute()) {
            throw new InstallException("--prefix is not an absolute path: " + prefix);
        }
        return new Options(root, prefix, withoutRoot, socket, onlyIfChanged, modules);
    }

    private static String value(String[] arguments, int index) throws InstallException {
        if (index == arguments.length) {
            throw new InstallException(arguments[index - 1] + " needs a value; " + USAGE);
        }
        return arguments[index];
    }

    /** Where the programs' folder is written. */
    Path writtenPrefix() {
        return root.resolve(Path.of("/").relativize(prefix));
    }

    /** Where it is when the programs run. */
    Path runPrefix() {
        return withoutRoot ? prefix : writtenPrefix();
    }
}
