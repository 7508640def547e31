package io.vpccni;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Arrows only point down, and each library stays behind its fence. */
class ArchitectureTest {

    /** Which of our packages each package may use. */
    private static final Map<String, Set<String>> MAY_USE = Map.ofEntries(
            Map.entry("vpc", Set.of()),
            Map.entry("pool", Set.of("vpc")),
            Map.entry("branch", Set.of("vpc")),
            Map.entry("dataplane", Set.of("vpc")),
            Map.entry("config", Set.of("vpc", "pool", "branch", "dataplane")),
            Map.entry("ec2", Set.of("vpc", "branch", "config")),
            Map.entry("kernel", Set.of("vpc", "dataplane", "netlink")),
            Map.entry("checkpoint", Set.of("vpc", "pool")),
            Map.entry("kube", Set.of("vpc", "branch")),
            Map.entry("explain", Set.of("vpc", "pool")),
            Map.entry("loop", Set.of()),
            Map.entry("conflist", Set.of("vpc", "config")),
            Map.entry("controller", Set.of("vpc", "branch", "config", "ec2", "kube", "loop")),
            Map.entry("telemetry", Set.of("vpc", "config", "ec2", "kube", "loop")),
            Map.entry(
                    "daemon",
                    Set.of(
                            "vpc",
                            "pool",
                            "branch",
                            "dataplane",
                            "config",
                            "ec2",
                            "kernel",
                            "checkpoint",
                            "kube",
                            "explain",
                            "loop")),
            Map.entry(
                    "api",
                    Set.of("vpc", "pool", "dataplane", "config", "conflist", "daemon", "kube", "explain", "client")));

    /** Other modules of ours, each with a package of its own. */
    private static final Set<String> LIBRARIES = Set.of("netlink", "client");

    private static final List<String> DECISIONS = List.of("vpc", "pool", "branch", "dataplane", "explain", "conflist");

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(new ImportOption.DoNotIncludeJars())
            .withImportOption(location -> !location.contains("/extension/") && !location.contains("/emulator/"))
            .importPackages("io.vpccni");

    @ParameterizedTest
    @MethodSource("packages")
    void aPackageUsesOnlyThoseBelowIt(String name) {
        List<String> forbidden = new ArrayList<>();
        Set<String> allowed = MAY_USE.getOrDefault(name, Set.of());
        for (String other : MAY_USE.keySet()) {
            if (!other.equals(name) && !allowed.contains(other)) {
                forbidden.add("io.vpccni." + other + "..");
            }
        }
        for (String library : LIBRARIES) {
            if (!allowed.contains(library)) {
                forbidden.add("io.vpccni." + library + "..");
            }
        }
        check(noClasses()
                .that()
                .resideInAPackage("io.vpccni." + name + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(forbidden.toArray(String[]::new)));
    }

    static Stream<String> packages() {
        return MAY_USE.keySet().stream().sorted();
    }

    @Test
    void everyPackageStandsInTheTableAndIsNullMarked() {
        List<String> ours = CLASSES.getPackage("io.vpccni").getSubpackages().stream()
                .map(JavaPackage::getRelativeName)
                .filter(name -> !LIBRARIES.contains(name))
                .toList();
        assertThat(ours).containsExactlyInAnyOrderElementsOf(MAY_USE.keySet());
        assertThat(CLASSES.getPackage("io.vpccni").getSubpackages())
                .allMatch(ours1 ->
                        ours1.isAnnotatedWith(NullMarked.class) || LIBRARIES.contains(ours1.getRelativeName()));
    }

    @Test
    void decisionsKnowNoClockRandomnessLoggerContainerOrReactiveType() {
        check(noClasses()
                .that()
                .resideInAnyPackage(packagesOf(DECISIONS))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.smallrye..",
                        "org.jboss.logging..",
                        "jakarta..",
                        "io.quarkus..",
                        "software.amazon..",
                        "io.grpc..",
                        "java.util.concurrent..",
                        "java.util.random..")
                .orShould()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis"));
    }

    @Test
    void theAwsSdkStaysInEc2() {
        onlyIn("software.amazon..", "ec2");
    }

    @Test
    void grpcStaysInApi() {
        onlyIn("io.grpc..", "api");
    }

    @Test
    void openTelemetryStaysInApi() {
        onlyIn("io.opentelemetry..", "api");
    }

    @Test
    void kubernetesStaysInKubeAndController() {
        onlyIn("io.fabric8..", "kube", "controller");
    }

    @Test
    void theForeignFunctionInterfaceStaysInNetlink() {
        onlyIn("java.lang.foreign..", "netlink");
    }

    @Test
    void processesStartInTheKernelPackageOnly() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage("io.vpccni.kernel..")
                .should()
                .dependOnClassesThat()
                .areAssignableTo(ProcessBuilder.class));
    }

    @Test
    void environmentVariablesAreReadInConfigOnly() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage("io.vpccni.config..")
                .should()
                .callMethod(System.class, "getenv", String.class)
                .orShould()
                .callMethod(System.class, "getenv"));
    }

    @Test
    void noNameIsEmptyOfMeaning() {
        check(classes().should().haveNameNotMatching(".*(Manager|Handler|Helper|Util|Utils|Impl)"));
    }

    private static void onlyIn(String library, String... packages) {
        check(noClasses()
                .that()
                .resideOutsideOfPackages(packagesOf(List.of(packages)))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(library));
    }

    private static String[] packagesOf(List<String> names) {
        return names.stream().map(name -> "io.vpccni." + name + "..").toArray(String[]::new);
    }

    private static void check(ArchRule rule) {
        rule.allowEmptyShould(true).check(CLASSES);
    }
}
