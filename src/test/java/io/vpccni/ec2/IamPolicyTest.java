package io.vpccni.ec2;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.vpccni.testing.IamPolicies;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.cloudwatch.CloudWatchAsyncClient;
import software.amazon.awssdk.services.ec2.Ec2AsyncClient;

/** The policies allow what the code calls, by following the calls to the SDK's client. */
class IamPolicyTest {

    /** The SDK's clients, and what IAM calls their services. */
    private static final Map<Class<?>, String> CLIENTS =
            Map.of(Ec2AsyncClient.class, "ec2", CloudWatchAsyncClient.class, "cloudwatch");

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.vpccni.ec2");

    /** The parts that are for the controller alone; everything else is the daemon's, or shared. */
    private static final Set<String> OF_CONTROLLER =
            Set.of("TrunkCalls", "TrunkAccess", "Gathering", "BranchTable", "GroupReading");

    private static final Set<String> OF_HELPER = Set.of("CloudWatch", "InstanceTags");

    /** Shared by the daemon and the controller. */
    private static final String SHARED = "Ec2Calls";

    /** Makes them all. */
    private static final String FACTORY = "AwsClients";

    @Test
    void theDaemonMayCallWhatItCalls() {
        assertThat(allowed("aws-node.json"))
                .isEqualTo(called(type -> !OF_CONTROLLER.contains(type) && !OF_HELPER.contains(type)));
    }

    @Test
    void theControllerMayCallWhatItCalls() {
        assertThat(allowed("vpc-cni-controller.json")).isEqualTo(called(OF_CONTROLLER::contains));
    }

    @Test
    void theMetricsHelperMayCallWhatItCalls() {
        assertThat(allowed("cni-metrics-helper.json")).isEqualTo(called(OF_HELPER::contains));
    }

    @Test
    void tagsAreWrittenToInterfacesOnly() {
        for (String file : Set.of("aws-node.json", "vpc-cni-controller.json")) {
            for (JsonNode statement : IamPolicies.statements(file)) {
                boolean tags = statement.path("Action").toString().contains("CreateTags");
                assertThat(statement.path("Resource").asText())
                        .isEqualTo(tags ? "arn:aws:ec2:*:*:network-interface/*" : "*");
            }
        }
    }

    private static Set<String> allowed(String file) {
        assertThat(IamPolicies.statements(file))
                .allSatisfy(statement ->
                        assertThat(statement.path("Effect").asText()).isEqualTo("Allow"));
        return IamPolicies.actions(file);
    }

    /** Actions that are reached from the classes of a role. */
    private static Set<String> called(Predicate<String> ofRole) {
        Deque<JavaCodeUnit> left = new ArrayDeque<>();
        CLASSES.stream()
                .filter(type -> !Set.of(FACTORY, SHARED).contains(outermost(type.getName())))
                .filter(type -> ofRole.test(outermost(type.getName())))
                .forEach(type -> left.addAll(type.getCodeUnits()));
        Set<JavaCodeUnit> seen = new HashSet<>(left);
        Set<String> actions = new TreeSet<>();
        while (!left.isEmpty()) {
            for (JavaMethodCall call : left.pop().getMethodCallsFromSelf()) {
                action(call).ifPresent(actions::add);
                call.getTarget()
                        .resolveMember()
                        .filter(target -> target.getOwner().getPackageName().equals("io.vpccni.ec2"))
                        .filter(seen::add)
                        .ifPresent(left::add);
            }
        }
        return actions;
    }

    private static Optional<String> action(JavaMethodCall call) {
        String name = call.getName();
        if (name.equals("tagSpecifications")) {
            // EC2 asks for it where something is made with tags.
            return Optional.of("ec2:CreateTags");
        }
        return CLIENTS.entrySet().stream()
                .filter(client -> call.getTargetOwner().isEquivalentTo(client.getKey()))
                .filter(_ -> !name.equals("close") && !name.equals("builder"))
                .map(client ->
                        client.getValue() + ":" + name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1))
                .findFirst();
    }

    private static String outermost(String className) {
        return className.substring(className.lastIndexOf('.') + 1).split("\\$", 2)[0];
    }
}
