package io.vpccni.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vpccni.config.Environment.Problem;
import io.vpccni.dataplane.EnforcingMode;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpFamily;
import io.vpccni.vpc.Ipv4Cidr;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeSettingsReaderTest {

    @Test
    void defaultsAreTheReferences() {
        NodeSettings settings = read(Map.of()).settings();

        assertThat(settings.pool())
                .isEqualTo(new NodeSettings.PoolSettings(
                        IpFamily.IPV4, false, 1, 0, 0, false, 0, OptionalInt.empty(), Duration.ofSeconds(30)));
        assertThat(settings.network().vethPrefix()).isEqualTo("eni");
        assertThat(settings.network().eniMtu()).isEqualTo(9001);
        assertThat(settings.network().podMtu()).isEqualTo(9001);
        assertThat(settings.network().mark()).isEqualTo(0x80);
        assertThat(settings.network().randomizeSnat()).isEqualTo("prng");
        assertThat(settings.network().nodePortSupport()).isTrue();
        assertThat(settings.network().externalSnat()).isFalse();
        assertThat(settings.network().externalServiceCidrs()).isEmpty();
        assertThat(settings.network().ipv6Egress()).isFalse();
        assertThat(settings.cloud().httpTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(settings.files().socket()).isEqualTo(Path.of("/var/run/aws-node/ipamd.sock"));
        assertThat(settings.files().checkpoint()).isEqualTo(Path.of("/var/run/aws-node/ipam.json"));
        assertThat(settings.calls().addWait()).isEqualTo(Duration.ofSeconds(60));
        assertThat(settings.reports())
                .isEqualTo(new NodeSettings.ReportSettings(
                        true, BindAddress.USUAL, true, new LogSettings(Optional.empty(), Optional.empty())));
        assertThat(settings.kubernetes())
                .isEqualTo(new NodeSettings.KubernetesSettings(
                        Optional.empty(),
                        "",
                        "kube-system",
                        Optional.empty(),
                        false,
                        false,
                        false,
                        "k8s.amazonaws.com/eniConfig",
                        "k8s.amazonaws.com/eniConfig"));
        assertThat(settings.policy())
                .isEqualTo(new NodeSettings.PolicySettings(Optional.empty(), Path.of("/var/run/aws-node/npa.sock")));
        assertThat(settings.plugins())
                .isEqualTo(new NodeSettings.PluginSettings(
                        Path.of("/host/opt/cni/bin"),
                        Path.of("/opt/cni/bin"),
                        Path.of("/host/etc/cni/net.d"),
                        Optional.empty(),
                        Optional.empty(),
                        "strict",
                        "/var/log/aws-routed-eni/plugin.log",
                        "Debug",
                        "/var/log/aws-routed-eni/egress-v6-plugin.log",
                        true,
                        false,
                        false));
        assertThat(settings.branches())
                .isEqualTo(new NodeSettings.BranchSettings(
                        false, EnforcingMode.STRICT, List.of(), false, false, Duration.ofSeconds(60)));
    }

    /** Every variable that is read, with a value that is not its default; the next test fails for one that is missing. */
    private static final Map<String, String> ALL = Map.ofEntries(
            Map.entry("WARM_ENI_TARGET", "2"),
            Map.entry("WARM_IP_TARGET", "3"),
            Map.entry("MINIMUM_IP_TARGET", "4"),
            Map.entry("ENABLE_PREFIX_DELEGATION", "true"),
            Map.entry("WARM_PREFIX_TARGET", "1"),
            Map.entry("MAX_ENI", "5"),
            Map.entry("ENABLE_SUBNET_DISCOVERY", "false"),
            Map.entry("MANAGE_UNTAGGED_ENI", "false"),
            Map.entry("DISABLE_LEAKED_ENI_CLEANUP", "true"),
            Map.entry("IP_COOLDOWN_PERIOD", "6"),
            Map.entry("VPCCNI_HOST_NETNS", "/run/netns/node"),
            Map.entry("VPCCNI_DRY_DATAPLANE", "true"),
            Map.entry("AWS_VPC_K8S_CNI_VETHPREFIX", "pod"),
            Map.entry("AWS_VPC_ENI_MTU", "1500"),
            Map.entry("POD_MTU", "1400"),
            Map.entry("AWS_VPC_K8S_CNI_EXTERNALSNAT", "true"),
            Map.entry("AWS_VPC_K8S_CNI_RANDOMIZESNAT", "none"),
            Map.entry("AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS", "10.9.1.2/16, 10.8.0.0/16"),
            Map.entry("AWS_EXTERNAL_SERVICE_CIDRS", "192.168.7.1/24"),
            Map.entry("ENABLE_V6_EGRESS", "true"),
            Map.entry("AWS_VPC_CNI_NODE_PORT_SUPPORT", "false"),
            Map.entry("AWS_VPC_K8S_CNI_CONNMARK", "0x40"),
            Map.entry("AWS_ENDPOINT_URL_EC2", "http://127.0.0.1:1"),
            Map.entry("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:2"),
            Map.entry("HTTP_TIMEOUT", "11"),
            Map.entry("AWS_CA_BUNDLE", "/tmp/authorities.pem"),
            Map.entry("CLUSTER_NAME", "prod"),
            Map.entry("ADDITIONAL_ENI_TAGS", "{\"team\":\"net\",\"k8s.amazonaws.com/x\":\"dropped\"}"),
            Map.entry("VPC_CNI_VERSION", "v9"),
            Map.entry("DISABLE_NETWORK_RESOURCE_PROVISIONING", "true"),
            Map.entry("ENABLE_IMDS_ONLY_MODE", "true"),
            Map.entry("VPCCNI_SOCKET", "/tmp/s"),
            Map.entry("AWS_VPC_K8S_CNI_BACKING_STORE", "/tmp/c"),
            Map.entry("HOST_CNI_BIN_PATH", "/tmp/bin"),
            Map.entry("VPCCNI_ALLOWED_UID", "1000"),
            Map.entry("VPCCNI_ADD_WAIT", "7"),
            Map.entry("VPCCNI_REFERENCE_ADD_WAIT", "8"),
            Map.entry("VPCCNI_CLIENT_VERSIONS", "v1.23.1, v1.23.0"),
            Map.entry("DISABLE_INTROSPECTION", "true"),
            Map.entry("INTROSPECTION_BIND_ADDRESS", "[::1]:6000"),
            Map.entry("DISABLE_METRICS", "true"),
            Map.entry("AWS_VPC_K8S_CNI_LOGLEVEL", "WARN"),
            Map.entry("AWS_VPC_K8S_CNI_LOG_FILE", "/tmp/ipamd.log"),
            Map.entry("MY_NODE_NAME", "ip-10-0-0-10"),
            Map.entry("MY_POD_NAME", "aws-node-x"),
            Map.entry("MY_POD_NAMESPACE", "cni"),
            Map.entry("CLUSTER_ENDPOINT", "https://127.0.0.1:6443"),
            Map.entry("ANNOTATE_POD_IP", "true"),
            Map.entry("AWS_MANAGE_ENIS_NON_SCHEDULABLE", "true"),
            Map.entry("AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG", "true"),
            Map.entry("ENI_CONFIG_ANNOTATION_DEF", "example.com/annotation"),
            Map.entry("ENI_CONFIG_LABEL_DEF", "example.com/label"),
            Map.entry("NETWORK_POLICY_ENFORCING_MODE", "Strict"),
            Map.entry("VPCCNI_POLICY_SOCKET", "/tmp/npa.sock"),
            Map.entry("VPCCNI_RECONCILE_PERIOD", "9"),
            Map.entry("ENABLE_IPv4", "true"),
            Map.entry("ENABLE_IPv6", "false"),
            Map.entry("ENABLE_POD_ENI", "false"),
            Map.entry("VPCCNI_HOST_EXCEPTIONS", "169.254.20.10, node,fd00:ec2::23"),
            Map.entry("VPCCNI_BRANCH_LINK", "macvlan"),
            Map.entry("VPCCNI_BRANCH_WAIT", "4"),
            Map.entry("HOST_CNI_CONFDIR_PATH", "/tmp/net.d"),
            Map.entry("VPCCNI_CLIENT_PATH", "/tmp/client"),
            Map.entry("VPCCNI_CONFLIST_TEMPLATE", "/tmp/template"),
            Map.entry("VPCCNI_WITHDRAW_CONFLIST_AFTER", "300"),
            Map.entry("POD_SECURITY_GROUP_ENFORCING_MODE", "standard"),
            Map.entry("AWS_VPC_K8S_PLUGIN_LOG_FILE", "stderr"),
            Map.entry("AWS_VPC_K8S_PLUGIN_LOG_LEVEL", "INFO"),
            Map.entry("AWS_VPC_K8S_EGRESS_V4_PLUGIN_LOG_FILE", "/tmp/egress4.log"),
            Map.entry("AWS_VPC_K8S_EGRESS_V6_PLUGIN_LOG_FILE", "/tmp/egress6.log"),
            Map.entry("ENABLE_V4_EGRESS", "false"),
            Map.entry("ENABLE_BANDWIDTH_PLUGIN", "true"),
            Map.entry("DISABLE_POD_V6", "true"),
            Map.entry("ENABLE_MULTI_NIC", "true"));

    @Test
    void everyVariableReachesItsField() {
        NodeSettings settings = read(ALL).settings();

        assertThat(settings.pool())
                .isEqualTo(new NodeSettings.PoolSettings(
                        IpFamily.IPV4, true, 2, 3, 4, true, 1, OptionalInt.of(5), Duration.ofSeconds(6)));
        assertThat(settings.network().hostNamespace()).contains(Path.of("/run/netns/node"));
        assertThat(settings.network().dry()).isTrue();
        assertThat(settings.network().vethPrefix()).isEqualTo("pod");
        assertThat(settings.network().eniMtu()).isEqualTo(1500);
        assertThat(settings.network().podMtu()).isEqualTo(1400);
        assertThat(settings.network().externalSnat()).isTrue();
        assertThat(settings.network().randomizeSnat()).isEqualTo("none");
        assertThat(settings.network().excludeSnatCidrs())
                .extracting(Object::toString)
                .containsExactly("10.9.0.0/16", "10.8.0.0/16");
        assertThat(settings.network().externalServiceCidrs())
                .extracting(Object::toString)
                .containsExactly("192.168.7.0/24");
        assertThat(settings.network().ipv6Egress()).isTrue();
        assertThat(settings.network().nodePortSupport()).isFalse();
        assertThat(settings.network().mark()).isEqualTo(0x40);
        assertThat(settings.cloud())
                .isEqualTo(new NodeSettings.CloudSettings(
                        Optional.of("http://127.0.0.1:1"),
                        Optional.of("http://127.0.0.1:2"),
                        Duration.ofSeconds(11),
                        Optional.of(Path.of("/tmp/authorities.pem")),
                        "prod",
                        Map.of("team", "net"),
                        false,
                        false,
                        false,
                        "v9",
                        NodeSettings.CloudAccess.IMDS_ONLY));
        assertThat(settings.files()).isEqualTo(new NodeSettings.FileSettings(Path.of("/tmp/s"), Path.of("/tmp/c")));
        assertThat(settings.calls())
                .isEqualTo(new NodeSettings.CallSettings(
                        Duration.ofSeconds(7),
                        Duration.ofSeconds(8),
                        Duration.ofSeconds(9),
                        OptionalInt.of(1000),
                        Set.of("v1.23.1", "v1.23.0")));
        assertThat(settings.reports())
                .isEqualTo(new NodeSettings.ReportSettings(
                        false,
                        new BindAddress.Tcp("::1", 6000),
                        false,
                        new LogSettings(Optional.of("warn"), Optional.of("/tmp/ipamd.log"))));
        assertThat(settings.kubernetes())
                .isEqualTo(new NodeSettings.KubernetesSettings(
                        Optional.of("ip-10-0-0-10"),
                        "aws-node-x",
                        "cni",
                        Optional.of("https://127.0.0.1:6443"),
                        true,
                        true,
                        true,
                        "example.com/annotation",
                        "example.com/label"));
        assertThat(settings.policy())
                .as("as typed")
                .isEqualTo(new NodeSettings.PolicySettings(Optional.of("Strict"), Path.of("/tmp/npa.sock")));
        assertThat(settings.plugins())
                .isEqualTo(new NodeSettings.PluginSettings(
                        Path.of("/tmp/bin"),
                        Path.of("/tmp/client"),
                        Path.of("/tmp/net.d"),
                        Optional.of(Path.of("/tmp/template")),
                        Optional.of(Duration.ofMinutes(5)),
                        "standard",
                        "stderr",
                        "INFO",
                        "/tmp/egress6.log",
                        false,
                        true,
                        true));
        assertThat(settings.branches())
                .isEqualTo(new NodeSettings.BranchSettings(
                        false,
                        EnforcingMode.STANDARD,
                        List.of(IpAddress.parse("169.254.20.10"), IpAddress.parse("fd00:ec2::23")),
                        true,
                        true,
                        Duration.ofSeconds(4)));
    }

    @Test
    void noVariableIsReadThatTheTestsDoNotName() {
        Set<String> asked = new TreeSet<>();
        Environment environment = new Environment(name -> {
            asked.add(name);
            return Optional.empty();
        });
        new NodeSettingsReader(environment, NodeSettingsReaderTest::json).read();

        assertThat(asked).containsExactlyInAnyOrderElementsOf(withFallback(ALL.keySet()));
    }

    @Test
    void everyVariableIsInTheDocs() throws IOException {
        String page = Files.readString(Path.of("docs/settings.md"));

        assertThat(ALL.keySet()).allSatisfy(name -> assertThat(page).contains("`" + name + "`"));
    }

    private static Set<String> withFallback(Set<String> names) {
        Set<String> all = new TreeSet<>(names);
        all.add("AWS_EC2_ENDPOINT");
        return all;
    }

    @ParameterizedTest(name = "{0}={1}")
    @CsvSource(delimiter = '|', textBlock = """
            WARM_ENI_TARGET                    | -1      | false
            WARM_IP_TARGET                     | many    | false
            MAX_ENI                            | 0       | false
            AWS_VPC_K8S_CNI_EXTERNALSNAT       | yes     | false
            AWS_VPC_K8S_CNI_EXTERNALSNAT       | TrUe    | false
            AWS_VPC_K8S_CNI_RANDOMIZESNAT      | dice    | false
            AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS | 10.0.0.0/33 | false
            AWS_VPC_K8S_CNI_CONNMARK           | 0       | false
            ADDITIONAL_ENI_TAGS                | {broken | false
            DISABLE_LEAKED_ENI_CLEANUP         | never   | false
            HTTP_TIMEOUT                       | 9       | false
            CLUSTER_ENDPOINT                   | ftp://x | false
            CLUSTER_ENDPOINT                   | https:// | false
            ANNOTATE_POD_IP                    | YES     | false
            AWS_MANAGE_ENIS_NON_SCHEDULABLE    | on      | false
            AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG | tRue    | false
            ENABLE_POD_ENI                     | true    | true
            ENABLE_POD_ENI                     | yes     | false
            IP_COOLDOWN_PERIOD                 | -1      | true
            IP_COOLDOWN_PERIOD                 | soon    | true
            AWS_VPC_ENI_MTU                    | 575     | true
            POD_MTU                            | 9002    | true
            AWS_VPC_K8S_PLUGIN_LOG_FILE        | stdout  | true
            POD_SECURITY_GROUP_ENFORCING_MODE  | Strict  | false
            VPCCNI_WITHDRAW_CONFLIST_AFTER     | -1      | true
            AWS_VPC_K8S_CNI_VETHPREFIX         | verylong | true
            AWS_VPC_K8S_CNI_VETHPREFIX         | eth     | true
            VPCCNI_ADD_WAIT                    | 601     | true
            VPCCNI_BRANCH_WAIT                 | -1      | true
            VPCCNI_BRANCH_LINK                 | ipvlan  | false
            VPCCNI_HOST_EXCEPTIONS             | host    | true
            INTROSPECTION_BIND_ADDRESS         | 61679   | true
            INTROSPECTION_BIND_ADDRESS         | unix:x  | true
            INTROSPECTION_BIND_ADDRESS         | ::1:80  | true
            INTROSPECTION_BIND_ADDRESS         | a:99999 | true
            AWS_VPC_K8S_CNI_LOGLEVEL           | loud    | false
            NETWORK_POLICY_ENFORCING_MODE      | lenient | true
            NETWORK_POLICY_ENFORCING_MODE      | ''      | true
            """)
    void aBadValueIsNamedWithWhatIsAccepted(String name, String value, boolean fatal) {
        List<Problem> problems = read(Map.of(name, value)).problems();

        assertThat(problems).singleElement().satisfies(problem -> {
            assertThat(problem.fatal()).isEqualTo(fatal);
            assertThat(problem.toString()).startsWith(name + "=\"" + value + "\" is not accepted: ");
            assertThat(problem.accepted()).isNotBlank();
        });
    }

    @ParameterizedTest
    @CsvSource({"1500, 1501, true", "1500, 1500, false", "1500, 1400, false"})
    void podsWithLargerPacketsThanTheirInterfacesAreNamedAndMadeAllTheSame(int eni, int pod, boolean named) {
        var read = read(Map.of("AWS_VPC_ENI_MTU", Integer.toString(eni), "POD_MTU", Integer.toString(pod)));

        assertThat(read.settings().network().podMtu()).isEqualTo(pod);
        assertThat(read.problems()).noneMatch(Problem::fatal).hasSize(named ? 1 : 0);
    }

    @Test
    void securityGroupsForPodsNeedNodeNameAndEc2() {
        Map<String, String> whole = Map.of("ENABLE_POD_ENI", "true", "MY_NODE_NAME", "node-1");
        Map<String, String> imdsOnly = new HashMap<>(whole);
        imdsOnly.put("ENABLE_IMDS_ONLY_MODE", "true");

        assertThat(read(whole).settings().branches().enabled()).isTrue();
        assertThat(read(whole).problems()).isEmpty();
        assertThat(read(Map.of("ENABLE_POD_ENI", "true")).problems())
                .singleElement()
                .asString()
                .contains("MY_NODE_NAME");
        assertThat(read(imdsOnly).problems()).singleElement().asString().contains("ENABLE_IMDS_ONLY_MODE");
    }

    /** The sentences that the reference's entry point ends with, which people search for. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            AWS_VPC_K8S_PLUGIN_LOG_FILE=stdout | AWS_VPC_K8S_PLUGIN_LOG_FILE cannot be set to stdout
            AWS_VPC_K8S_CNI_VETHPREFIX=podif   | AWS_VPC_K8S_CNI_VETHPREFIX cannot be longer than 4 characters
            AWS_VPC_K8S_CNI_VETHPREFIX=eth     | AWS_VPC_K8S_CNI_VETHPREFIX cannot be set to reserved values 'eth', 'vlan', or 'lo'
            AWS_VPC_K8S_CNI_VETHPREFIX=lo      | AWS_VPC_K8S_CNI_VETHPREFIX cannot be set to reserved values 'eth', 'vlan', or 'lo'
            AWS_VPC_K8S_CNI_VETHPREFIX=vlan    | AWS_VPC_K8S_CNI_VETHPREFIX cannot be set to reserved values 'eth', 'vlan', or 'lo'
            MY_NODE_NAME=n ENABLE_POD_ENI=true POD_SECURITY_GROUP_ENFORCING_MODE=lax | POD_SECURITY_GROUP_ENFORCING_MODE must be set to either 'strict' or 'standard'
            IP_COOLDOWN_PERIOD=-1              | IP_COOLDOWN_PERIOD MUST be a valid positive integer. -1 is invalid
            IP_COOLDOWN_PERIOD=                | IP_COOLDOWN_PERIOD MUST be a valid positive integer.  is invalid
            AWS_VPC_ENI_MTU=jumbo              | AWS_VPC_ENI_MTU MUST be a valid integer. jumbo is invalid
            POD_MTU=1.5                        | POD_MTU MUST be a valid integer. 1.5 is invalid
            AWS_VPC_ENI_MTU=575                | AWS_VPC_ENI_MTU cannot be less than 576 or greater than 9001 in IPv4. 575 is invalid
            POD_MTU=9002                       | POD_MTU cannot be less than 576 or greater than 9001 in IPv4. 9002 is invalid
            ENABLE_IPv6=true ENABLE_PREFIX_DELEGATION=true POD_MTU=1279 | POD_MTU cannot be less than 1280 or greater than 9001 in IPv6. 1279 is invalid
            ENABLE_PREFIX_DELEGATION=true      | Setting WARM_PREFIX_TARGET = 0 is not supported while WARM_IP_TARGET/MINIMUM_IP_TARGET is not set. Please configure either one of the WARM_{PREFIX/IP}_TARGET or MINIMUM_IP_TARGET env variables
            ENABLE_PREFIX_DELEGATION=true WARM_IP_TARGET=00 | Setting WARM_PREFIX_TARGET = 0 is not supported while WARM_IP_TARGET/MINIMUM_IP_TARGET is not set. Please configure either one of the WARM_{PREFIX/IP}_TARGET or MINIMUM_IP_TARGET env variables
            """)
    void whatEndsTheStartIsSaidInTheReferencesWords(String variables, String words) {
        Map<String, String> environment = new HashMap<>();
        for (String word : variables.split(" ")) {
            environment.put(word.substring(0, word.indexOf('=')), word.substring(word.indexOf('=') + 1));
        }

        assertThat(read(environment).problems()).anySatisfy(problem -> {
            assertThat(problem.fatal()).isTrue();
            assertThat(problem.accepted()).isEqualTo(words);
        });
    }

    @ParameterizedTest
    @CsvSource({"WARM_IP_TARGET, 10", "MINIMUM_IP_TARGET, 1", "WARM_PREFIX_TARGET, 2"})
    void oneTargetAboveZeroIsEnoughForPrefixes(String target, String value) {
        assertThat(read(Map.of("ENABLE_PREFIX_DELEGATION", "true", target, value))
                        .problems())
                .isEmpty();
    }

    @Test
    void ofAListOfNetworksOnlyThoseOfIpv4Count() {
        Read read = read(Map.of("AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS", "10.0.0.0/32, 10.0.0.1/32, 2000::1/128"));

        assertThat(read.settings().network().excludeSnatCidrs())
                .extracting(Ipv4Cidr::toString)
                .containsExactly("10.0.0.0/32", "10.0.0.1/32");
        assertThat(read.problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem.toString()).contains("2000::1/128"));
    }

    private record Read(NodeSettings settings, List<Problem> problems) {}

    private static Read read(Map<String, String> variables) {
        Environment environment = new Environment(variables);
        return new Read(
                new NodeSettingsReader(environment, NodeSettingsReaderTest::json).read(), environment.problems());
    }

    private static Map<String, String> json(String text) {
        try {
            return new ObjectMapper().readValue(text, new TypeReference<HashMap<String, String>>() {});
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e.getOriginalMessage(), e);
        }
    }
}
