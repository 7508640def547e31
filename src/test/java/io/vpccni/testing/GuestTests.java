package io.vpccni.testing;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Runs test classes inside the guest and writes a file for each test: how it ended, its name, and why it failed.
 *
 * <p>Arguments: the folder for the files, then the classes.
 */
public final class GuestTests {

    private GuestTests() {}

    public static void main(String[] arguments) {
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(Arrays.stream(arguments)
                        .skip(1)
                        .map(DiscoverySelectors::selectClass)
                        .toList())
                .build();
        LauncherFactory.create().execute(request, new Writing(Path.of(arguments[0])));
        System.exit(0);
    }

    private static final class Writing implements TestExecutionListener {

        private final Path folder;
        private int count;

        Writing(Path folder) {
            this.folder = folder;
        }

        @Override
        public void executionSkipped(TestIdentifier test, String reason) {
            write("SKIPPED", test, reason);
        }

        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            String trace = result.getThrowable().map(Writing::trace).orElse("");
            if (test.isTest() || result.getStatus() != TestExecutionResult.Status.SUCCESSFUL) {
                write(result.getStatus().name().toUpperCase(Locale.ROOT), test, trace);
            }
        }

        private static String trace(Throwable failure) {
            StringWriter text = new StringWriter();
            failure.printStackTrace(new PrintWriter(text));
            return text.toString();
        }

        private void write(String end, TestIdentifier test, String why) {
            try {
                Files.writeString(
                        folder.resolve("%04d".formatted(count++)),
                        end + "\n" + test.getLegacyReportingName() + " " + test.getDisplayName() + "\n" + why);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
