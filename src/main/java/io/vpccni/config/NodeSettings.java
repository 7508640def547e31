package io.vpccni.config;

import io.vpccni.dataplane.EnforcingMode;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpFamily;
import io.vpccni.vpc.Ipv4Cidr;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * How this node is to behave. Names in the docs are the variables they come from.
 *
 * @param pool the warm targets
 * @param network links, rules and SNAT
 * @param cloud EC2 and IMDS
 * @param files paths on the host
 * @param calls how long callers wait, and who may call
 * @param reports what is told to people and where
 * @param kubernetes the API server, and what is read from and written to it
 * @param policy the network policy agent
 * @param plugins the plugins on the node and their configuration
 * @param branches pods with security groups of their own
 */
public record NodeSettings(
        PoolSettings pool,
        NetworkSettings network,
        CloudSettings cloud,
        FileSettings files,
        CallSettings calls,
        ReportSettings reports,
        KubernetesSettings kubernetes,
        PolicySettings policy,
        PluginSettings plugins,
        BranchSettings branches) {

    /**
     * @param family ENABLE_IPv4 or ENABLE_IPv6
     * @param multiNic ENABLE_MULTI_NIC: use the interfaces of all network cards
     * @param warmEnis WARM_ENI_TARGET
     * @param warmAddresses WARM_IP_TARGET, 0 for off
     * @param minimumAddresses MINIMUM_IP_TARGET, 0 for off
     * @param prefixes ENABLE_PREFIX_DELEGATION
     * @param warmPrefixes WARM_PREFIX_TARGET
     * @param maxEnis MAX_ENI; empty for the instance's limit
     * @param coolDown IP_COOLDOWN_PERIOD
     */
    public record PoolSettings(
            IpFamily family,
            boolean multiNic,
            int warmEnis,
            int warmAddresses,
            int minimumAddresses,
            boolean prefixes,
            int warmPrefixes,
            OptionalInt maxEnis,
            Duration coolDown) {}

    /**
     * @param hostNamespace VPCCNI_HOST_NETNS: file of the network namespace to treat as the host's; empty for the daemon's own
     * @param dry VPCCNI_DRY_DATAPLANE: touch no link, for machines without Linux or root
     * @param vethPrefix AWS_VPC_K8S_CNI_VETHPREFIX
     * @param eniMtu AWS_VPC_ENI_MTU, bytes
     * @param podMtu POD_MTU, bytes
     * @param externalSnat AWS_VPC_K8S_CNI_EXTERNALSNAT: somebody else translates addresses, so we do not
     * @param randomizeSnat AWS_VPC_K8S_CNI_RANDOMIZESNAT: prng, hashrandom or none
     * @param excludeSnatCidrs AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS
     * @param externalServiceCidrs AWS_EXTERNAL_SERVICE_CIDRS
     * @param ipv6Egress ENABLE_V6_EGRESS: pods of an IPv4 node reach the internet by IPv6
     * @param nodePortSupport AWS_VPC_CNI_NODE_PORT_SUPPORT
     * @param mark AWS_VPC_K8S_CNI_CONNMARK
     */
    public record NetworkSettings(
            Optional<Path> hostNamespace,
            boolean dry,
            String vethPrefix,
            int eniMtu,
            int podMtu,
            boolean externalSnat,
            String randomizeSnat,
            List<Ipv4Cidr> excludeSnatCidrs,
            List<Ipv4Cidr> externalServiceCidrs,
            boolean ipv6Egress,
            boolean nodePortSupport,
            int mark) {}

    /**
     * @param ec2Endpoint AWS_ENDPOINT_URL_EC2
     * @param imdsEndpoint AWS_EC2_METADATA_SERVICE_ENDPOINT
     * @param httpTimeout HTTP_TIMEOUT, of one request
     * @param caBundle AWS_CA_BUNDLE: PEM file of the authorities that AWS services are believed by; empty for the runtime's own
     * @param clusterName CLUSTER_NAME, empty when unknown
     * @param eniTags ADDITIONAL_ENI_TAGS
     * @param subnetDiscovery ENABLE_SUBNET_DISCOVERY: choose among the zone's subnets by tag
     * @param manageUntagged MANAGE_UNTAGGED_ENI: use interfaces without our tag too
     * @param deleteLeaked whether forgotten interfaces are deleted; DISABLE_LEAKED_ENI_CLEANUP says no
     * @param version VPC_CNI_VERSION, in the user agent
     * @param access DISABLE_NETWORK_RESOURCE_PROVISIONING and ENABLE_IMDS_ONLY_MODE
     */
    public record CloudSettings(
            Optional<String> ec2Endpoint,
            Optional<String> imdsEndpoint,
            Duration httpTimeout,
            Optional<Path> caBundle,
            String clusterName,
            Map<String, String> eniTags,
            boolean subnetDiscovery,
            boolean manageUntagged,
            boolean deleteLeaked,
            String version,
            CloudAccess access) {}

    /** What the daemon may ask of AWS. */
    public enum CloudAccess {
        /** To create, change and delete what the pods need. */
        FULL,
        /** DISABLE_NETWORK_RESOURCE_PROVISIONING: to look. Somebody else attaches interfaces and addresses. */
        READ_ONLY,
        /** ENABLE_IMDS_ONLY_MODE: to look at what IMDS shows, and not to call EC2 at all. */
        IMDS_ONLY;

        public boolean mayProvision() {
            return this == FULL;
        }
    }

    /**
     * @param socket VPCCNI_SOCKET: where the daemon listens
     * @param checkpoint AWS_VPC_K8S_CNI_BACKING_STORE: the state file
     */
    public record FileSettings(Path socket, Path checkpoint) {}

    /**
     * @param addWait VPCCNI_ADD_WAIT: how long an ADD of our own client may wait for an address
     * @param referenceAddWait VPCCNI_REFERENCE_ADD_WAIT: the same for callers of rpc.CNIBackend, which set no deadline
     * @param allowedUid VPCCNI_ALLOWED_UID: the user that may call, besides root
     * @param reconcilePeriod VPCCNI_RECONCILE_PERIOD: how often the pool is compared with the kernel and with IMDS
     * @param clientVersions VPCCNI_CLIENT_VERSIONS: versions of the reference's plugin that may call; empty for any
     */
    public record CallSettings(
            Duration addWait,
            Duration referenceAddWait,
            Duration reconcilePeriod,
            OptionalInt allowedUid,
            Set<String> clientVersions) {}

    /**
     * @param introspection whether introspection is served; DISABLE_INTROSPECTION says no
     * @param introspectionAddress INTROSPECTION_BIND_ADDRESS
     * @param metrics whether metrics are served; DISABLE_METRICS says no
     * @param log what is logged, and where to
     */
    public record ReportSettings(
            boolean introspection, BindAddress introspectionAddress, boolean metrics, LogSettings log) {}

    /**
     * @param nodeName MY_NODE_NAME; empty for a daemon that has nothing to do with Kubernetes
     * @param podName MY_POD_NAME, empty when unknown: the daemon's own pod
     * @param podNamespace MY_POD_NAMESPACE
     * @param endpoint CLUSTER_ENDPOINT: URL of the API server; empty for the one that every pod finds
     * @param annotatePodIp ANNOTATE_POD_IP
     * @param manageCordoned AWS_MANAGE_ENIS_NON_SCHEDULABLE: grow and shrink on a cordoned node too
     * @param customNetworking AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG
     * @param eniConfigAnnotation ENI_CONFIG_ANNOTATION_DEF: the node's annotation that names its ENIConfig
     * @param eniConfigLabel ENI_CONFIG_LABEL_DEF: the label that does so where the annotation is missing
     */
    public record KubernetesSettings(
            Optional<String> nodeName,
            String podName,
            String podNamespace,
            Optional<String> endpoint,
            boolean annotatePodIp,
            boolean manageCordoned,
            boolean customNetworking,
            String eniConfigAnnotation,
            String eniConfigLabel) {}

    /**
     * @param mode NETWORK_POLICY_ENFORCING_MODE as it was typed; empty for a node without a network policy agent
     * @param agentSocket VPCCNI_POLICY_SOCKET: where the network policy agent listens
     */
    public record PolicySettings(Optional<String> mode, Path agentSocket) {}

    /**
     * @param binaries HOST_CNI_BIN_PATH: the node's folder of plugins, as it is mounted here
     * @param image VPCCNI_CLIENT_PATH: the image's folder of plugins, which are installed from there
     * @param configuration HOST_CNI_CONFDIR_PATH: the node's folder of network configurations
     * @param template VPCCNI_CONFLIST_TEMPLATE: a template that must be there; empty for the reference's place or our own
     * @param withdrawAfter VPCCNI_WITHDRAW_CONFLIST_AFTER: empty for never
     * @param enforcingMode POD_SECURITY_GROUP_ENFORCING_MODE
     * @param logFile AWS_VPC_K8S_PLUGIN_LOG_FILE
     * @param logLevel AWS_VPC_K8S_PLUGIN_LOG_LEVEL
     * @param egressLogFile AWS_VPC_K8S_EGRESS_V4_PLUGIN_LOG_FILE with ENABLE_IPv6, else AWS_VPC_K8S_EGRESS_V6_PLUGIN_LOG_FILE
     * @param ipv4Egress ENABLE_V4_EGRESS: pods of an IPv6 node reach the internet by IPv4
     * @param bandwidth ENABLE_BANDWIDTH_PLUGIN
     * @param withoutIpv6 DISABLE_POD_V6
     */
    public record PluginSettings(
            Path binaries,
            Path image,
            Path configuration,
            Optional<Path> template,
            Optional<Duration> withdrawAfter,
            String enforcingMode,
            String logFile,
            String logLevel,
            String egressLogFile,
            boolean ipv4Egress,
            boolean bandwidth,
            boolean withoutIpv6) {}

    /**
     * @param enabled ENABLE_POD_ENI
     * @param mode POD_SECURITY_GROUP_ENFORCING_MODE, of pods that come from now on
     * @param hostExceptions VPCCNI_HOST_EXCEPTIONS: addresses of the node that strict pods reach, and that reach them
     * @param nodeIsException whether the node's own address is one of them; the word for it is {@code node}
     * @param macvlan VPCCNI_BRANCH_LINK: play branch interfaces with macvlans, on kernels without VLANs and never in EC2
     * @param addWait VPCCNI_BRANCH_WAIT: how long an ADD may wait for the pod's branch interface
     */
    public record BranchSettings(
            boolean enabled,
            EnforcingMode mode,
            List<IpAddress> hostExceptions,
            boolean nodeIsException,
            boolean macvlan,
            Duration addWait) {
        public BranchSettings {
            hostExceptions = List.copyOf(hostExceptions);
        }

        /** What of the mode shows on the host of this node. */
        public EnforcingMode hostMode() {
            return enabled ? mode : EnforcingMode.STANDARD;
        }
    }
}
