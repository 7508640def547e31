package io.vpccni.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vpccni.netlink.testing.RequiresNetworkNamespaces;
import io.vpccni.testing.UserModeLinux;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

/** The tests of branch pods with real VLANs, which this machine's kernel may not have. */
@RequiresNetworkNamespaces
class BranchesOnVlansTest {

    private static final List<Class<?>> CLASSES = List.of(BranchNetworkTest.class);
    private static final Duration LIMIT = Duration.ofMinutes(5);

    @TempDir
    private Path folder;

    @TestFactory
    Stream<DynamicTest> inUserModeLinux() throws Exception {
        assumeTrue(
                BranchFixture.KIND == BranchLinkKind.MACVLAN, "this kernel has VLANs, so the tests have run on them");
        assumeTrue(UserModeLinux.isInstalled(), "needs linux.uml, of the package user-mode-linux");
        List<UserModeLinux.Outcome> outcomes = UserModeLinux.run(folder, LIMIT, CLASSES);
        // Links, rules and a ping, as the kernel's own tools show them.
        System.out.println(Files.readString(folder.resolve("output")));
        assertThat(outcomes).isNotEmpty();
        return outcomes.stream()
                .map(outcome -> DynamicTest.dynamicTest(outcome.name(), () -> {
                    switch (outcome.end()) {
                        case "SUCCESSFUL" -> {}
                        case "ABORTED", "SKIPPED" -> throw new TestAbortedException(outcome.why());
                        default -> throw new AssertionError(outcome.name() + ": " + outcome.why());
                    }
                }));
    }
}
