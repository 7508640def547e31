package io.vpccni;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import io.vpccni.api.proto.rpc.AddNetworkRequest;
import io.vpccni.client.probe.HealthProbe;
import io.vpccni.config.Environment;
import io.vpccni.config.Environment.Problem;
import io.vpccni.config.NodeSettingsReader;
import io.vpccni.conflist.Placeholder;
import io.vpccni.dataplane.HostFirewall;
import io.vpccni.dataplane.MarkTable;
import io.vpccni.dataplane.PolicyRule;
import io.vpccni.testing.CompatibilityPage;
import io.vpccni.testing.CompatibilityPage.Row;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code docs/compatibility.md} says of every name of the reference what became of it, and is right. */
class CompatibilityTest {

    /** All that the reference (v1.23.1) reads from its environment, and what its libraries are documented to read there. */
    private static final Set<String> REFERENCE = Set.of("""
            WARM_ENI_TARGET WARM_IP_TARGET MINIMUM_IP_TARGET WARM_PREFIX_TARGET MAX_ENI ENABLE_PREFIX_DELEGATION ENABLE_IPv4
            ENABLE_IPv6 IP_COOLDOWN_PERIOD AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG ENI_CONFIG_ANNOTATION_DEF ENI_CONFIG_LABEL_DEF
            ENABLE_SUBNET_DISCOVERY AWS_MANAGE_ENIS_NON_SCHEDULABLE MANAGE_UNTAGGED_ENI DISABLE_NETWORK_RESOURCE_PROVISIONING
            ENABLE_IMDS_ONLY_MODE DISABLE_LEAKED_ENI_CLEANUP ENABLE_POD_ENI ENABLE_MULTI_NIC ANNOTATE_POD_IP
            NETWORK_POLICY_ENFORCING_MODE ADDITIONAL_ENI_TAGS CLUSTER_NAME CLUSTER_ENDPOINT MY_NODE_NAME MY_POD_NAME
            VPC_CNI_VERSION AWS_VPC_K8S_CNI_BACKING_STORE AWS_VPC_K8S_CNI_LOGLEVEL AWS_VPC_K8S_CNI_LOG_FILE DISABLE_METRICS
            DISABLE_INTROSPECTION INTROSPECTION_BIND_ADDRESS HTTP_TIMEOUT AWS_EC2_ENDPOINT AWS_VPC_K8S_CNI_EXTERNALSNAT
            AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS AWS_EXTERNAL_SERVICE_CIDRS AWS_VPC_K8S_CNI_RANDOMIZESNAT
            AWS_VPC_CNI_NODE_PORT_SUPPORT AWS_VPC_K8S_CNI_CONNMARK AWS_VPC_ENI_MTU AWS_VPC_K8S_CNI_VETHPREFIX
            POD_SECURITY_GROUP_ENFORCING_MODE ENABLE_V6_EGRESS
            HOST_CNI_BIN_PATH HOST_CNI_CONFDIR_PATH POD_MTU AWS_VPC_K8S_PLUGIN_LOG_FILE AWS_VPC_K8S_PLUGIN_LOG_LEVEL
            AWS_VPC_K8S_EGRESS_V4_PLUGIN_LOG_FILE AWS_VPC_K8S_EGRESS_V6_PLUGIN_LOG_FILE ENABLE_V4_EGRESS ENABLE_BANDWIDTH_PLUGIN
            DISABLE_POD_V6 DISABLE_TCP_EARLY_DEMUX AWS_VPC_K8S_CNI_CONFIGURE_RPFILTER ENABLE_NFTABLES
            KUBERNETES_SERVICE_HOST KUBERNETES_SERVICE_PORT KUBECONFIG AWS_ROLE_ARN AWS_WEB_IDENTITY_TOKEN_FILE
            AWS_CONTAINER_CREDENTIALS_FULL_URI AWS_CONTAINER_CREDENTIALS_RELATIVE_URI AWS_CONTAINER_AUTHORIZATION_TOKEN
            AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE AWS_MAX_ATTEMPTS AWS_RETRY_MODE AWS_ENDPOINT_URL AWS_ENDPOINT_URL_EC2
            AWS_CA_BUNDLE AWS_USE_FIPS_ENDPOINT AWS_USE_DUALSTACK_ENDPOINT AWS_EC2_METADATA_SERVICE_ENDPOINT
            AWS_EC2_METADATA_DISABLED USE_CLOUDWATCH USE_PROMETHEUS METRIC_UPDATE_INTERVAL AWS_REGION AWS_CLUSTER_ID""".split("\\s+"));

    private static final List<String> TEST_SOURCES =
            List.of("src/test/java", "cni-client/src/test/java", "emulator/src/test/java", "netlink/src/test/java");

    private static final Path GOLDEN_RULES = Path.of("src/test/resources/matrix");
    private static final Path TEMPLATE = Path.of("src/main/resources/io/vpccni/conflist/10-aws.conflist");

    /** Numbers from here on are fields of ours in the reference's messages. */
    private static final int OUR_FIELDS = 100;

    private final CompatibilityPage page = CompatibilityPage.read();

    CompatibilityTest() throws IOException {}

    @Test
    void everyRowSaysWhatBecameOfItAndNothingIsListedTwice() {
        assertThat(page.rows()).hasSizeGreaterThan(REFERENCE.size());
        assertThat(page.rows())
                .allSatisfy(row -> assertThat(row.here())
                        .as(row.toString())
                        .matches("same(: .+)?|better: .+|not yet: .+|left out: .+"));
        assertThat(page.rows()).extracting(Row::toString).doesNotHaveDuplicates();
    }

    @Test
    void everyRowHasATestOrSaysWhyNot() {
        assertThat(page.rows())
                .filteredOn(row -> !row.isNotYet() && !row.isLeftOut())
                .allSatisfy(row -> assertThat(row.tests()).as(row.toString()).isNotEmpty());
    }

    @Test
    void everyTestExists() throws IOException {
        Map<String, String> sources = testSources();

        assertThat(page.rows())
                .allSatisfy(row -> assertThat(row.tests()).as(row.toString()).allSatisfy(test -> {
                    String[] words = test.split("\\.");
                    assertThat(sources).containsKey(words[0]);
                    if (words.length > 1) {
                        assertThat(sources.get(words[0])).containsPattern("void " + words[1] + "\\(");
                    }
                }));
    }

    private static Map<String, String> testSources() throws IOException {
        try (Stream<Path> files = TEST_SOURCES.stream().flatMap(CompatibilityTest::filesUnder)) {
            return files.collect(Collectors.toMap(
                    file -> file.getFileName().toString().replace(".java", ""),
                    CompatibilityTest::text,
                    (one, other) -> one + other));
        }
    }

    private static Stream<Path> filesUnder(String folder) {
        try {
            return Files.walk(Path.of(folder)).filter(file -> file.toString().endsWith(".java"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void everyVariableOfTheReferenceIsListedAndReadHereWhereThePageSaysSo() {
        Set<String> read = variablesThatAreRead();

        assertThat(environment()).containsAll(REFERENCE);
        assertThat(page.of(CompatibilityPage.DAEMON)).allSatisfy(row -> {
            boolean missing = row.isNotYet() && row.tests().isEmpty();
            assertThat(read.contains(row.name())).as(row.toString()).isEqualTo(!missing);
        });
    }

    @Test
    void everyVariableThatIsReadHereIsListed() {
        assertThat(environment())
                .containsAll(variablesThatAreRead().stream()
                        .filter(name -> !name.startsWith("VPCCNI_"))
                        .toList());
    }

    private Set<String> environment() {
        return Stream.of(CompatibilityPage.DAEMON, CompatibilityPage.NODE_PROGRAMS, CompatibilityPage.PLATFORM)
                .flatMap(section -> page.of(section).stream())
                .map(Row::name)
                .collect(Collectors.toSet());
    }

    private static Set<String> variablesThatAreRead() {
        Set<String> asked = new TreeSet<>();
        new NodeSettingsReader(
                        new Environment(name -> {
                            asked.add(name);
                            return Optional.empty();
                        }),
                        _ -> Map.of())
                .read();
        return asked;
    }

    @Test
    void settingsThatContradictEachOtherEndTheStart() {
        assertThat(page.of(CompatibilityPage.CONTRADICTIONS))
                .filteredOn(row -> row.reference().startsWith("ends the start") && !row.isNotYet())
                .isNotEmpty()
                .allSatisfy(row -> {
                    Environment environment = environmentOf(row);
                    new NodeSettingsReader(environment, _ -> Map.of()).read();
                    assertThat(environment.problems()).as(row.toString()).anyMatch(Problem::fatal);
                });
    }

    /** The variables that a row's name sets. */
    private static Environment environmentOf(Row row) {
        return new Environment(Arrays.stream(row.name().split(", "))
                .map(word -> word.split("="))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1])));
    }

    @Test
    void sentencesThatEndTheStartAreTheReferences() {
        assertThat(page.of(CompatibilityPage.SENTENCES)).isNotEmpty().allSatisfy(row -> {
            Environment environment = environmentOf(row);
            new NodeSettingsReader(environment, _ -> Map.of()).read();
            assertThat(environment.problems())
                    .as(row.toString())
                    .filteredOn(Problem::fatal)
                    .extracting(problem -> "`" + problem.accepted() + "`")
                    .contains(row.reference());
        });
    }

    @Test
    void everyRuleOfOursHasARowByItsPriority() {
        assertThat(page.names(CompatibilityPage.KERNEL))
                .containsAll(constants(PolicyRule.class, int.class)
                        .filter(constant -> !constant.equals(PolicyRule.MAIN))
                        .map(priority -> "rule " + priority)
                        .toList());
    }

    @Test
    void everyChainAndTableOfOursHasARow() {
        assertThat(page.names(CompatibilityPage.KERNEL))
                .containsAll(Stream.of(HostFirewall.class, MarkTable.class)
                        .flatMap(type -> constants(type, String.class))
                        .map(Object::toString)
                        .toList());
    }

    /** Values of the public constants of a type. */
    private static Stream<Object> constants(Class<?> owner, Class<?> type) {
        return Arrays.stream(owner.getFields())
                .filter(field -> Modifier.isStatic(field.getModifiers()) && field.getType() == type)
                .map(field -> {
                    try {
                        return field.get(null);
                    } catch (IllegalAccessException e) {
                        throw new AssertionError(field + " is public", e);
                    }
                });
    }

    @Test
    void everyCommentOfOurRulesIsListedAndNoOther() {
        Pattern comment = Pattern.compile("--comment \"([^\"]+)\"");
        try (Stream<Path> files =
                Files.walk(GOLDEN_RULES).filter(file -> file.toString().endsWith(".txt"))) {
            Set<String> written = files.flatMap(
                            file -> comment.matcher(text(file)).results())
                    .map(found -> found.group(1))
                    .collect(Collectors.toSet());
            written.add("AWS SNAT CHAN"); // of old versions, to be removed

            assertThat(page.names(CompatibilityPage.COMMENTS)).containsExactlyInAnyOrderElementsOf(written);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void everyPlaceholderIsListedAndNoOther() {
        assertThat(page.names(CompatibilityPage.PLACEHOLDERS))
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(Placeholder.values())
                        .map(placeholder -> "__" + placeholder.name() + "__")
                        .toList());
    }

    @Test
    void everyKeyOfTheShippedConfigurationIsListed() throws IOException {
        JsonNode plugins = new ObjectMapper().readTree(TEMPLATE.toFile()).path("plugins");

        assertThat(page.names(CompatibilityPage.PLUGIN_KEYS)).containsAll(keys(plugins.get(0)));
        assertThat(page.names(CompatibilityPage.EGRESS_KEYS)).containsAll(keys(plugins.get(1)));
    }

    private static List<String> keys(JsonNode object) {
        return object.properties().stream().map(Map.Entry::getKey).toList();
    }

    @Test
    void everyFlagOfTheProbeIsListed() {
        ByteArrayOutputStream usage = new ByteArrayOutputStream();
        HealthProbe.run(new PrintStream(usage, true, StandardCharsets.UTF_8), "-help");

        assertThat(page.names(CompatibilityPage.PROBE))
                .containsAll(Pattern.compile("(?m)^ +-([a-z-]+)")
                        .matcher(usage.toString(StandardCharsets.UTF_8))
                        .results()
                        .map(found -> found.group(1))
                        .toList());
    }

    @Test
    void fieldsOfMessagesHaveTheReferencesNumbersAndTypes() {
        Map<String, String> listed =
                page.of(CompatibilityPage.MESSAGES).stream().collect(Collectors.toMap(Row::name, Row::reference));
        Map<String, String> real = contract().getMessageTypes().stream()
                .map(Descriptor::getFields)
                .flatMap(List::stream)
                .collect(Collectors.toMap(
                        field -> field.getContainingType().getName() + "." + field.getName(),
                        CompatibilityTest::numberAndType));

        assertThat(listed).isEqualTo(real);
    }

    private static String numberAndType(FieldDescriptor field) {
        if (field.getNumber() >= OUR_FIELDS) {
            return "–";
        }
        String type = field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
                ? field.getMessageType().getName()
                : field.getType().name().toLowerCase(Locale.ROOT);
        return field.getNumber() + ", " + (field.isRepeated() ? "repeated " : "") + type;
    }

    @Test
    void everyMethodOfTheContractIsListed() {
        assertThat(page.of(CompatibilityPage.SERVICES))
                .extracting(Row::name)
                .containsAll(contract().getServices().stream()
                        .flatMap(service -> service.getMethods().stream()
                                .map(method -> service.getFullName() + "/" + method.getName()))
                        .toList());
    }

    private static FileDescriptor contract() {
        return AddNetworkRequest.getDescriptor().getFile();
    }
}
