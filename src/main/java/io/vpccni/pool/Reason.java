package io.vpccni.pool;

/**
 * Why a pod got no address. A closed set: each has one meaning, one thing that the daemon does about it and one thing that
 * helps. {@code docs/troubleshooting.md} is made of it.
 */
public enum Reason {
    /** Every interface the node may have is attached, full and in use. */
    ENI_LIMIT(
            "the node has every interface and address its type and MAX_ENI allow, and pods use them all",
            "it serves the pod as soon as another one leaves and its address has rested",
            "use fewer pods on this node, a larger instance type, or prefix delegation"),
    /** The account may have no more interfaces. */
    ENI_QUOTA(
            "the account has as many interfaces in this region as its quota allows",
            "it asks EC2 again every 15 seconds to 2 minutes",
            "delete interfaces that nobody uses, or ask AWS for a higher quota"),
    /** Addresses exist but rest after their last pod. */
    NO_FREE_ADDRESS_COOLING(
            "every free address is cooling down after its last pod",
            "it serves the pod when the first of them has rested, and asks EC2 for more where there is room",
            "lower IP_COOLDOWN_PERIOD, or raise WARM_IP_TARGET so that the pool is larger"),
    /** Addresses exist but are in use by links that no known pod owns. */
    ADDRESSES_HELD(
            "the addresses left are in use by links of pods that nobody has reported",
            "it looks every 5 seconds whether the links are gone, and lets their addresses rest then",
            "delete the pods or sandboxes behind the links that /v1/enis names as HeldByLink"),
    /** The subnet has run dry. */
    SUBNET_EXHAUSTED(
            "the subnet has no free address",
            "it asks EC2 again every 10 seconds to 2 minutes",
            "free addresses in the subnet or give the node a larger one"),
    /** Addresses are left in the subnet, but not 16 in a row. */
    NO_CONTIGUOUS_PREFIX(
            "the subnet has no free block of 16 addresses in a row",
            "it asks for single addresses instead, and for a prefix again when pods have come or gone",
            "reserve a block for prefixes with a subnet CIDR reservation, or use a subnet of its own for pods"),
    /** EC2 refuses because the account asks too often. */
    EC2_THROTTLED(
            "EC2 throttles the account's calls",
            "it has halved its own rate and tries again after a growing pause, calls for waiting pods first",
            "raise the warm targets so that fewer calls are needed, or ask AWS for a higher API rate"),
    /** The role may not do what is needed. */
    IAM_DENIED(
            "the node's role lacks an EC2 permission",
            "it tries again every 15 seconds to 2 minutes, so a permission that is added helps without a restart",
            "attach the AmazonEKS_CNI_Policy permissions to the role"),
    /** No answer from EC2. */
    EC2_UNREACHABLE(
            "EC2 does not answer",
            "it tries again after half a second to 2 minutes, and looks what became of the lost call",
            "check the route to the EC2 endpoint, its DNS name and the security group of a VPC endpoint"),
    /** EC2 answered with another error. */
    EC2_REFUSED(
            "EC2 refused the call",
            "it tries again every 2 seconds to 2 minutes",
            "look up EC2's error code, which stands in this message"),
    /** EC2 has been asked and is still at work. */
    EC2_PENDING(
            "EC2 has been asked for addresses and has not delivered yet",
            "it goes on with the calls, and serves the next try from what they bring",
            "wait, the pod is tried again; raise the warm targets if bursts like this are usual"),
    /** The interface is attached but its link or routes are missing on the node. */
    ENI_NOT_WIRED(
            "a new interface is attached but not yet usable on the node",
            "it waits for the interface's link and gives it its routes, again and again",
            "look for its link by MAC address on the node"),
    /** More pods wait than the node may run. */
    MAX_PODS(
            "as many pods already wait as the node may run",
            "it serves those that wait first",
            "check max-pods of the node"),
    /** The daemon has not read the node's state yet. */
    STARTING(
            "the daemon is still starting",
            "it asks IMDS, EC2 and the kernel again until each has answered",
            "wait, the pod is tried again; if it lasts, see what the start waits for in this message"),
    /** The daemon is going down. */
    STOPPING(
            "the daemon is shutting down",
            "it answers those who wait and ends; pods that run stay connected",
            "wait, the pod is tried again when the daemon is back"),
    /** The DEL of the same sandbox arrived first. */
    DELETED("the sandbox was deleted while it waited", "nothing, nobody wants the address any more", "nothing"),
    /** The pod's network could not be set up in the kernel. */
    WIRING_FAILED(
            "the pod's network could not be set up",
            "it has removed what was made and lets the address rest",
            "see the kernel's error in this message"),
    /** The network policy agent did not take the pod. */
    NETWORK_POLICY_FAILED(
            "the network policy agent did not take the pod",
            "it has disconnected the pod and lets the address rest",
            "check that the network policy agent runs on the node, and its log; unset NETWORK_POLICY_ENFORCING_MODE where there"
                    + " is none"),
    /** The state file could not be written. */
    CHECKPOINT_FAILED(
            "the state file could not be written",
            "it has given the address back, and tries to write the file until it can",
            "check free space and permissions of its folder"),
    /** The request does not say what to connect. */
    BAD_REQUEST(
            "the request names no network, container or interface",
            "nothing, it cannot know which pod is meant",
            "check that the plugin and its configuration come from one release"),
    /** A pod wants an address of every network card on a node that uses one. */
    MULTI_NIC_DISABLED(
            "the pod asks for every network card, and this node uses only the first",
            "nothing, the pod would not get what it asked for",
            "set ENABLE_MULTI_NIC=true, or take the annotation k8s.amazonaws.com/nicConfig off the pod"),
    /** Kubernetes says that no pods should come. */
    NODE_CORDONED(
            "the node is cordoned, so it asks for no more addresses",
            "it serves the pod from what becomes free",
            "uncordon the node, or set AWS_MANAGE_ENIS_NON_SCHEDULABLE=true"),
    /** Custom networking, and no ENIConfig for this node. */
    ENI_CONFIG_MISSING(
            "custom networking is on and the ENIConfig of this node does not exist or is not usable",
            "it watches for the ENIConfig and creates interfaces as soon as it is there",
            "create the ENIConfig that the node's label or annotation names, with a subnet of the node's zone"),
    /** Every subnet is excluded, or too small. */
    NO_SUITABLE_SUBNET(
            "no subnet of the node's zone may be used for pods",
            "it looks at the subnets and their tags again every few minutes",
            "tag a subnet with kubernetes.io/role/cni=1, or remove the tag kubernetes.io/role/cni=0"),
    /** The daemon may not ask EC2 for anything. */
    PROVISIONING_DISABLED(
            "the daemon may not ask EC2 for addresses, and those that were there are in use",
            "it serves the pod as soon as another one leaves and its address has rested, and looks every minute for new ones",
            "attach more addresses to the node, or unset DISABLE_NETWORK_RESOURCE_PROVISIONING and ENABLE_IMDS_ONLY_MODE"),
    /** What is needed to know stands in Kubernetes only. */
    API_SERVER_NEEDED(
            "the Kubernetes API server does not answer, and the pod cannot be connected without it",
            "it asks again after a growing pause",
            "check the route from the node to the API server and the RBAC rules of aws-node"),
    /** Security groups for pods, and no trunk interface. */
    TRUNK_MISSING(
            "the pod needs a branch interface and the node has no trunk interface",
            "it waits for the controller to attach one",
            "check that the instance type supports trunks, that a slot for one is free, and the controller's log"),
    /** Security groups for pods, and no annotation with the branch interface. */
    BRANCH_NOT_ANNOTATED(
            "the pod has not been given its branch interface yet",
            "it watches the pod and goes on as soon as the annotation vpc.amazonaws.com/pod-eni is there",
            "see the events of the pod and the controller's log"),
    /** Security groups for pods, and an annotation that names no interface that can be used. */
    BRANCH_UNUSABLE(
            "the annotation vpc.amazonaws.com/pod-eni of the pod, or podSGEnforcingMode of the network configuration, cannot be used",
            "nothing, another interface or mode could let through what is not to pass",
            "correct or remove what wrote the annotation, and delete the pod; or correct the network configuration"),
    /** Whether the pod needs a branch interface is not known. */
    POD_UNKNOWN(
            "the API server does not know the pod that the runtime starts, so nobody knows whether it has security groups of its own",
            "it goes on as soon as the API server shows the pod",
            "nothing where the pod has been deleted; else check that the node's runtime and the cluster agree about its pods");

    private final String meaning;
    private final String doing;
    private final String advice;

    Reason(String meaning, String doing, String advice) {
        this.meaning = meaning;
        this.doing = doing;
        this.advice = advice;
    }

    /** What was found, as half a sentence. */
    public String meaning() {
        return meaning;
    }

    /** What the daemon does about it, as half a sentence. */
    public String doing() {
        return doing;
    }

    /** What would help, as half a sentence. */
    public String advice() {
        return advice;
    }

    /** The whole story in one line, with what was found. */
    public String explain(String detail) {
        return name() + ": " + meaning + " (" + detail + "); what the daemon does: " + doing + "; what helps: "
                + advice;
    }
}
