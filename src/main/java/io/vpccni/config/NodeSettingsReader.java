package io.vpccni.config;

import io.vpccni.config.NodeSettings.BranchSettings;
import io.vpccni.config.NodeSettings.CallSettings;
import io.vpccni.config.NodeSettings.CloudAccess;
import io.vpccni.config.NodeSettings.CloudSettings;
import io.vpccni.config.NodeSettings.FileSettings;
import io.vpccni.config.NodeSettings.KubernetesSettings;
import io.vpccni.config.NodeSettings.NetworkSettings;
import io.vpccni.config.NodeSettings.PluginSettings;
import io.vpccni.config.NodeSettings.PolicySettings;
import io.vpccni.config.NodeSettings.PoolSettings;
import io.vpccni.config.NodeSettings.ReportSettings;
import io.vpccni.dataplane.EnforcingMode;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpFamily;
import io.vpccni.vpc.Ipv4Address;
import io.vpccni.vpc.Ipv4Cidr;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** From variables to {@link NodeSettings}. Defaults and ranges are the reference's (v1.23.1). */
public final class NodeSettingsReader {

    /** Largest and default MTU: jumbo frames, as AWS networks carry them. */
    private static final int MTU = 9001;

    private static final int SMALLEST_IPV4_MTU = 576;
    private static final int SMALLEST_IPV6_MTU = 1280;

    /** In a list of addresses: the node's own. */
    private static final String NODE = "node";

    private static final String ENI_CONFIG_KEY = "k8s.amazonaws.com/eniConfig";

    private final Environment environment;
    private final Function<String, Map<String, String>> jsonObject;

    /**
     * @param jsonObject reads a JSON object of strings; fails with IllegalArgumentException on anything else
     */
    public NodeSettingsReader(Environment environment, Function<String, Map<String, String>> jsonObject) {
        this.environment = environment;
        this.jsonObject = jsonObject;
    }

    /** Reads everything. What was wrong is in {@link Environment#problems()}; with a fatal one, do not start. */
    public NodeSettings read() {
        IpFamily family = family();
        String enforcingMode = enforcingMode();
        return new NodeSettings(
                pool(family),
                network(family),
                cloud(),
                files(),
                calls(),
                reports(),
                kubernetes(family),
                policy(),
                plugins(family, enforcingMode),
                branches(enforcingMode));
    }

    private BranchSettings branches(String enforcingMode) {
        List<String> exceptions = words("VPCCNI_HOST_EXCEPTIONS");
        return new BranchSettings(
                enablePodEni(),
                EnforcingMode.valueOf(enforcingMode.toUpperCase(Locale.ROOT)),
                exceptions.stream()
                        .filter(word -> !word.equals(NODE))
                        .flatMap(this::hostException)
                        .toList(),
                exceptions.contains(NODE),
                environment
                        .word("VPCCNI_BRANCH_LINK", List.of("vlan", "macvlan"), "vlan")
                        .equals("macvlan"),
                Duration.ofSeconds(environment.numberBetween("VPCCNI_BRANCH_WAIT", 0, 600, 60)));
    }

    /** What says which pods have branch interfaces stands in Kubernetes, and of interfaces in EC2. */
    private boolean enablePodEni() {
        String name = "ENABLE_POD_ENI";
        boolean wanted = environment.flag(name, false);
        boolean nameless = nonEmpty("MY_NODE_NAME").isEmpty();
        if (wanted && nameless) {
            return environment.refuse(
                    name, "true", "true with MY_NODE_NAME, which says whose pods and whose CNINode to read", false);
        }
        if (wanted && cloudAccess() == CloudAccess.IMDS_ONLY) {
            return environment.refuse(
                    name,
                    "true",
                    "true without ENABLE_IMDS_ONLY_MODE: IMDS does not say which interface is the trunk, whose addresses are not"
                            + " for pods",
                    false);
        }
        return wanted;
    }

    private Stream<IpAddress> hostException(String word) {
        try {
            return Stream.of(IpAddress.parse(word));
        } catch (IllegalArgumentException e) {
            return environment.refuse(
                    "VPCCNI_HOST_EXCEPTIONS",
                    word,
                    "addresses of the node such as 169.254.20.10 or fd00:ec2::23, and the word " + NODE,
                    Stream.empty());
        }
    }

    private List<String> words(String name) {
        return Arrays.stream(environment.text(name, "").split(",", -1))
                .map(String::strip)
                .filter(word -> !word.isEmpty())
                .toList();
    }

    private PoolSettings pool(IpFamily family) {
        int maxEnis = environment.number("MAX_ENI", 1, -1);
        int warmAddresses = environment.number("WARM_IP_TARGET", 0, 0);
        int minimumAddresses = environment.number("MINIMUM_IP_TARGET", 0, 0);
        int warmPrefixes = environment.number("WARM_PREFIX_TARGET", 0, 0);
        boolean prefixes = environment.flag("ENABLE_PREFIX_DELEGATION", false);
        if (family == IpFamily.IPV6 && !prefixes) {
            environment.refuse(
                    "ENABLE_PREFIX_DELEGATION",
                    "false",
                    "true with ENABLE_IPv6: pods get addresses of /80 prefixes",
                    true);
        }
        if (family == IpFamily.IPV4 && prefixes && warmAddresses + minimumAddresses + warmPrefixes == 0) {
            environment.refuse(
                    "ENABLE_PREFIX_DELEGATION",
                    "true",
                    "Setting WARM_PREFIX_TARGET = 0 is not supported while WARM_IP_TARGET/MINIMUM_IP_TARGET is not set."
                            + " Please configure either one of the WARM_{PREFIX/IP}_TARGET or MINIMUM_IP_TARGET env"
                            + " variables",
                    false);
        }
        return new PoolSettings(
                family,
                environment.flag("ENABLE_MULTI_NIC", false),
                environment.number("WARM_ENI_TARGET", 0, 1),
                warmAddresses,
                minimumAddresses,
                prefixes,
                warmPrefixes,
                maxEnis < 1 ? OptionalInt.empty() : OptionalInt.of(maxEnis),
                coolDown());
    }

    private Duration coolDown() {
        String name = "IP_COOLDOWN_PERIOD";
        int usual = 30;
        return Duration.ofSeconds(environment
                .text(name)
                .map(value -> Environment.wholeNumber(value)
                        .filter(seconds -> seconds >= 0)
                        .orElseGet(() -> environment.refuse(
                                name,
                                value,
                                name + " MUST be a valid positive integer. " + value + " is invalid",
                                usual)))
                .orElse(usual));
    }

    /** The reference's default is neither, with which it does not start; its manifests always choose. */
    private IpFamily family() {
        boolean ipv6 = environment.flag("ENABLE_IPv6", false);
        boolean ipv4 = environment.flag("ENABLE_IPv4", !ipv6);
        if (ipv4 == ipv6) {
            environment.refuse(
                    "ENABLE_IPv4", Boolean.toString(ipv4), "true and ENABLE_IPv6=false, or the other way round", ipv4);
        }
        return ipv6 ? IpFamily.IPV6 : IpFamily.IPV4;
    }

    private NetworkSettings network(IpFamily family) {
        int eniMtu = mtu("AWS_VPC_ENI_MTU", family, MTU);
        return new NetworkSettings(
                environment
                        .text("VPCCNI_HOST_NETNS")
                        .filter(path -> !path.isEmpty())
                        .map(Path::of),
                environment.flag("VPCCNI_DRY_DATAPLANE", false),
                vethPrefix(),
                eniMtu,
                podMtu(family, eniMtu),
                environment.flag("AWS_VPC_K8S_CNI_EXTERNALSNAT", false),
                environment.word("AWS_VPC_K8S_CNI_RANDOMIZESNAT", List.of("prng", "hashrandom", "none"), "prng"),
                cidrs("AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS"),
                cidrs("AWS_EXTERNAL_SERVICE_CIDRS"),
                environment.flag("ENABLE_V6_EGRESS", false),
                environment.flag("AWS_VPC_CNI_NODE_PORT_SUPPORT", true),
                mark());
    }

    /** Larger ones are taken all the same, as the reference does: pods of one node may still talk to each other. */
    private int podMtu(IpFamily family, int eniMtu) {
        String name = "POD_MTU";
        int bytes = mtu(name, family, eniMtu);
        if (bytes > eniMtu) {
            environment.warn(
                    name,
                    Integer.toString(bytes),
                    "at most AWS_VPC_ENI_MTU, which is " + eniMtu + ": larger packets do not leave the node",
                    bytes);
        }
        return bytes;
    }

    private int mtu(String name, IpFamily family, int otherwise) {
        int smallest =
                switch (family) {
                    case IPV4 -> SMALLEST_IPV4_MTU;
                    case IPV6 -> SMALLEST_IPV6_MTU;
                };
        String cluster =
                switch (family) {
                    case IPV4 -> "IPv4";
                    case IPV6 -> "IPv6";
                };
        return environment
                .text(name)
                .map(value -> Environment.wholeNumber(value)
                        .map(bytes -> bytes >= smallest && bytes <= MTU
                                ? bytes
                                : environment.refuse(
                                        name,
                                        value,
                                        name + " cannot be less than " + smallest + " or greater than " + MTU + " in "
                                                + cluster + ". " + value + " is invalid",
                                        otherwise))
                        .orElseGet(() -> environment.refuse(
                                name, value, name + " MUST be a valid integer. " + value + " is invalid", otherwise)))
                .orElse(otherwise);
    }

    private String vethPrefix() {
        String name = "AWS_VPC_K8S_CNI_VETHPREFIX";
        String prefix = environment.text(name, "eni");
        if (prefix.length() > 4) {
            return environment.refuse(name, prefix, name + " cannot be longer than 4 characters", "eni");
        }
        if (Set.of("eth", "lo", "vlan").contains(prefix)) {
            return environment.refuse(
                    name, prefix, name + " cannot be set to reserved values 'eth', 'vlan', or 'lo'", "eni");
        }
        return prefix;
    }

    private List<Ipv4Cidr> cidrs(String name) {
        List<Ipv4Cidr> result = new ArrayList<>();
        for (String item : environment.text(name, "").split(",", -1)) {
            String text = item.strip();
            if (!text.isEmpty()) {
                try {
                    result.add(canonical(text));
                } catch (IllegalArgumentException e) {
                    environment.warn(name, text, "IPv4 networks such as 10.1.0.0/16; leaving it out", text);
                }
            }
        }
        return List.copyOf(result);
    }

    /** The network that {@code text} lies in: the reference takes 10.1.2.3/16 for 10.1.0.0/16. */
    private static Ipv4Cidr canonical(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException("no /length");
        }
        int length = Integer.parseInt(text.substring(slash + 1));
        if (length < 0 || length > 32) {
            throw new IllegalArgumentException("length outside 0 to 32");
        }
        int mask = length == 0 ? 0 : -1 << (32 - length);
        return new Ipv4Cidr(
                new Ipv4Address(Ipv4Address.parse(text.substring(0, slash)).bits() & mask), length);
    }

    private int mark() {
        String name = "AWS_VPC_K8S_CNI_CONNMARK";
        int otherwise = 0x80;
        String value = environment.text(name, "0x80");
        try {
            long mark = Long.decode(value);
            if (mark >= 1 && mark <= 0xffff_ffffL) {
                return (int) mark;
            }
        } catch (NumberFormatException e) {
            // falls through to the warning
        }
        return environment.warn(name, value, "a number from 1 to 0xffffffff; using 0x80", otherwise);
    }

    CloudSettings cloud() {
        int timeoutSeconds = environment.number("HTTP_TIMEOUT", 10, 10);
        return new CloudSettings(
                environment
                        .text("AWS_ENDPOINT_URL_EC2")
                        .or(() -> environment.text("AWS_EC2_ENDPOINT"))
                        .filter(url -> !url.isEmpty()),
                environment.text("AWS_EC2_METADATA_SERVICE_ENDPOINT").filter(url -> !url.isEmpty()),
                Duration.ofSeconds(timeoutSeconds),
                environment
                        .text("AWS_CA_BUNDLE")
                        .filter(path -> !path.isEmpty())
                        .map(Path::of),
                environment.text("CLUSTER_NAME", ""),
                eniTags(),
                environment.flag("ENABLE_SUBNET_DISCOVERY", true),
                environment.flag("MANAGE_UNTAGGED_ENI", true),
                !environment.flag("DISABLE_LEAKED_ENI_CLEANUP", false),
                environment.text("VPC_CNI_VERSION", ""),
                cloudAccess());
    }

    private CloudAccess cloudAccess() {
        boolean readOnly = environment.flag("DISABLE_NETWORK_RESOURCE_PROVISIONING", false);
        boolean imdsOnly = environment.flag("ENABLE_IMDS_ONLY_MODE", false);
        if (imdsOnly) {
            return CloudAccess.IMDS_ONLY;
        }
        return readOnly ? CloudAccess.READ_ONLY : CloudAccess.FULL;
    }

    /** Tags of ours carry k8s.amazonaws.com in their key, so a user's may not. */
    private Map<String, String> eniTags() {
        String name = "ADDITIONAL_ENI_TAGS";
        String value = environment.text(name, "{}");
        try {
            return jsonObject.apply(value).entrySet().stream()
                    .filter(tag -> !tag.getKey().contains("k8s.amazonaws.com")
                            || environment.warn(
                                    name, tag.getKey(), "keys without k8s.amazonaws.com; leaving it out", false))
                    .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
        } catch (IllegalArgumentException e) {
            return environment.warn(name, value, "a JSON object of strings; using no tags", Map.of());
        }
    }

    private FileSettings files() {
        return new FileSettings(
                Path.of(environment.text("VPCCNI_SOCKET", "/var/run/aws-node/ipamd.sock")),
                Path.of(environment.text("AWS_VPC_K8S_CNI_BACKING_STORE", "/var/run/aws-node/ipam.json")));
    }

    private ReportSettings reports() {
        return new ReportSettings(
                !environment.flag("DISABLE_INTROSPECTION", false),
                introspectionAddress(),
                !environment.flag("DISABLE_METRICS", false),
                new LogSettings(
                        environment
                                .text("AWS_VPC_K8S_CNI_LOGLEVEL")
                                .filter(level -> !level.isEmpty())
                                .map(_ -> environment.word("AWS_VPC_K8S_CNI_LOGLEVEL", LogSettings.LEVELS, "debug")),
                        environment.text("AWS_VPC_K8S_CNI_LOG_FILE").filter(file -> !file.isEmpty())));
    }

    private BindAddress introspectionAddress() {
        String value = environment.text(BindAddress.VARIABLE, "");
        try {
            return value.isEmpty() ? BindAddress.USUAL : BindAddress.parse(value);
        } catch (IllegalArgumentException e) {
            return environment.refuse(BindAddress.VARIABLE, value, BindAddress.ACCEPTED, BindAddress.USUAL);
        }
    }

    private CallSettings calls() {
        int uid = environment.number("VPCCNI_ALLOWED_UID", 0, -1);
        return new CallSettings(
                Duration.ofSeconds(environment.numberBetween("VPCCNI_ADD_WAIT", 0, 600, 60)),
                Duration.ofSeconds(environment.numberBetween("VPCCNI_REFERENCE_ADD_WAIT", 0, 600, 60)),
                Duration.ofSeconds(environment.numberBetween("VPCCNI_RECONCILE_PERIOD", 1, 3600, 60)),
                uid < 0 ? OptionalInt.empty() : OptionalInt.of(uid),
                Set.copyOf(words("VPCCNI_CLIENT_VERSIONS")));
    }

    private KubernetesSettings kubernetes(IpFamily family) {
        return new KubernetesSettings(
                nonEmpty("MY_NODE_NAME"),
                environment.text("MY_POD_NAME", ""),
                nonEmpty("MY_POD_NAMESPACE").orElse("kube-system"),
                endpoint(),
                environment.flag("ANNOTATE_POD_IP", false),
                environment.flag("AWS_MANAGE_ENIS_NON_SCHEDULABLE", false),
                customNetworking(family),
                nonEmpty("ENI_CONFIG_ANNOTATION_DEF").orElse(ENI_CONFIG_KEY),
                nonEmpty("ENI_CONFIG_LABEL_DEF").orElse(ENI_CONFIG_KEY));
    }

    private boolean customNetworking(IpFamily family) {
        String name = "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG";
        boolean wanted = environment.flag(name, false);
        return wanted && family == IpFamily.IPV6
                ? environment.refuse(name, "true", "false with ENABLE_IPv6", false)
                : wanted;
    }

    private PolicySettings policy() {
        return new PolicySettings(
                policyMode(), Path.of(nonEmpty("VPCCNI_POLICY_SOCKET").orElse("/var/run/aws-node/npa.sock")));
    }

    private PluginSettings plugins(IpFamily family, String enforcingMode) {
        Path usualLogs = Path.of("/var/log/aws-routed-eni");
        String ipv4EgressLog = environment.text(
                "AWS_VPC_K8S_EGRESS_V4_PLUGIN_LOG_FILE",
                usualLogs.resolve("egress-v4-plugin.log").toString());
        String ipv6EgressLog = environment.text(
                "AWS_VPC_K8S_EGRESS_V6_PLUGIN_LOG_FILE",
                usualLogs.resolve("egress-v6-plugin.log").toString());
        int withdrawAfterSeconds = environment.numberBetween("VPCCNI_WITHDRAW_CONFLIST_AFTER", 0, 86_400, 0);
        return new PluginSettings(
                Path.of(environment.text("HOST_CNI_BIN_PATH", "/host/opt/cni/bin")),
                Path.of(environment.text("VPCCNI_CLIENT_PATH", "/opt/cni/bin")),
                Path.of(environment.text("HOST_CNI_CONFDIR_PATH", "/host/etc/cni/net.d")),
                nonEmpty("VPCCNI_CONFLIST_TEMPLATE").map(Path::of),
                withdrawAfterSeconds == 0 ? Optional.empty() : Optional.of(Duration.ofSeconds(withdrawAfterSeconds)),
                enforcingMode,
                pluginLogFile(usualLogs.resolve("plugin.log").toString()),
                environment.text("AWS_VPC_K8S_PLUGIN_LOG_LEVEL", "Debug"),
                switch (family) {
                    case IPV4 -> ipv6EgressLog;
                    case IPV6 -> ipv4EgressLog;
                },
                environment.flag("ENABLE_V4_EGRESS", true),
                environment.flag("ENABLE_BANDWIDTH_PLUGIN", false),
                environment.flag("DISABLE_POD_V6", false));
    }

    /** Wrong, it ends the start only where the mode means something, as in the reference. */
    private String enforcingMode() {
        String name = "POD_SECURITY_GROUP_ENFORCING_MODE";
        String usual = "strict";
        String mode = environment.text(name, usual);
        if (Set.of("strict", "standard").contains(mode)) {
            return mode;
        }
        String accepted = name + " must be set to either 'strict' or 'standard'";
        return environment.flag("ENABLE_POD_ENI", false)
                ? environment.refuse(name, mode, accepted, usual)
                : environment.warn(name, mode, accepted + "; using " + usual, usual);
    }

    /** The runtime reads a plugin's standard output. */
    private String pluginLogFile(String usual) {
        String name = "AWS_VPC_K8S_PLUGIN_LOG_FILE";
        String file = environment.text(name, usual);
        return file.equals("stdout") ? environment.refuse(name, file, name + " cannot be set to stdout", usual) : file;
    }

    /** Passed on as it was typed. Not set is an answer of its own, so an empty value is a mistake. */
    private Optional<String> policyMode() {
        String name = "NETWORK_POLICY_ENFORCING_MODE";
        Optional<String> mode = environment.text(name);
        return mode.filter(word -> !Set.of("none", "strict", "standard").contains(word.toLowerCase(Locale.ROOT)))
                .map(word -> environment.refuse(
                        name,
                        word,
                        "none, strict or standard; unset it on nodes without a network policy agent",
                        Optional.<String>empty()))
                .orElse(mode);
    }

    /** The API server's URL. A host name alone is taken for https, as the reference does. */
    Optional<String> endpoint() {
        String name = "CLUSTER_ENDPOINT";
        return nonEmpty(name).flatMap(value -> {
            String url = value.contains("://") ? value : "https://" + value;
            try {
                URI parsed = new URI(url);
                if (parsed.getHost() != null && Set.of("http", "https").contains(parsed.getScheme())) {
                    return Optional.of(url);
                }
            } catch (URISyntaxException e) {
                // falls through to the warning
            }
            return environment.warn(
                    name, value, "a URL such as https://host:443; using the cluster's own", Optional.empty());
        });
    }

    private Optional<String> nonEmpty(String name) {
        return environment.text(name).filter(value -> !value.isEmpty());
    }
}
