package io.vpccni.api;

import io.vpccni.config.LogSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jboss.logmanager.ExtHandler;
import org.jboss.logmanager.handlers.ConsoleHandler;
import org.jboss.logmanager.handlers.SizeRotatingFileHandler;

/**
 * Where the daemon's log goes. In production: JSON lines on standard output, so that {@code kubectl logs} shows them, and in the
 * file where the reference writes. In development: readable text, and a file only if one is asked for.
 */
final class DaemonLog {

    private static final org.jboss.logging.Logger LOG = org.jboss.logging.Logger.getLogger(DaemonLog.class);

    static final long LARGEST_FILE = 100L << 20;
    static final int OLD_FILES = 5;

    private static final String OURS = "io.vpccni";

    private DaemonLog() {}

    /**
     * @param production whether this is no development or test
     */
    static void install(LogSettings settings, boolean production) {
        settings.level()
                .or(() -> production ? Optional.of("debug") : Optional.empty())
                .ifPresent(DaemonLog::setLevel);
        Logger root = Logger.getLogger("");
        String target = settings.file().orElse(production ? LogSettings.USUAL_FILE : "stdout");
        if (production) {
            writeJson(root, target.equalsIgnoreCase("stderr"));
        }
        if (!target.equalsIgnoreCase("stdout") && !target.equalsIgnoreCase("stderr")) {
            openFile(Path.of(target), settings.file().isPresent()).ifPresent(root::addHandler);
        }
    }

    /** Libraries say less than we do: what they debug is of no use to those who run a node. */
    private static void setLevel(String word) {
        Level level = level(word);
        Logger.getLogger(OURS).setLevel(level);
        Logger.getLogger("").setLevel(level.intValue() < Level.INFO.intValue() ? Level.INFO : level);
    }

    static Level level(String word) {
        return switch (word) {
            case "info" -> org.jboss.logmanager.Level.INFO;
            case "warn" -> org.jboss.logmanager.Level.WARN;
            case "error" -> org.jboss.logmanager.Level.ERROR;
            case "fatal" -> org.jboss.logmanager.Level.FATAL;
            default -> org.jboss.logmanager.Level.DEBUG;
        };
    }

    private static void writeJson(Logger root, boolean toStandardError) {
        for (Handler handler : root.getHandlers()) {
            writeJson(handler, toStandardError);
        }
    }

    private static void writeJson(Handler handler, boolean toStandardError) {
        if (handler instanceof ConsoleHandler console) {
            console.setFormatter(new LogLines());
            console.setTarget(toStandardError ? ConsoleHandler.Target.SYSTEM_ERR : ConsoleHandler.Target.SYSTEM_OUT);
        } else if (handler instanceof ExtHandler several) {
            for (Handler inner : several.getHandlers()) {
                writeJson(inner, toStandardError);
            }
        }
    }

    /** A file that cannot be written is no reason not to serve pods: standard output has every line too. */
    static Optional<Handler> openFile(Path file, boolean makeFolder) {
        Path folder = Objects.requireNonNullElse(file.toAbsolutePath().getParent(), file);
        try {
            if (makeFolder) {
                Files.createDirectories(folder);
            } else if (!Files.isDirectory(folder)) {
                LOG.warnf(
                        "there is no folder %s: logging to standard output only; mount it, or set AWS_VPC_K8S_CNI_LOG_FILE",
                        folder);
                return Optional.empty();
            }
            SizeRotatingFileHandler handler = new SizeRotatingFileHandler(file.toFile(), true, LARGEST_FILE, OLD_FILES);
            handler.setFormatter(new LogLines());
            handler.setAutoFlush(true);
            return Optional.of(handler);
        } catch (IOException e) {
            LOG.errorf(
                    "cannot write the log file %s: %s; logging to standard output only; set AWS_VPC_K8S_CNI_LOG_FILE to a"
                            + " path that can be written",
                    file, e.getMessage());
            return Optional.empty();
        }
    }
}
