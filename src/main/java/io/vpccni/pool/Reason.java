package io.vpccni.pool;

/** Why a pod got no address. A closed set: each has one meaning and one thing that helps. */
public enum Reason {
    /** Every interface the node may have is attached, full and in use. */
    ENI_LIMIT(
            "the node has every interface and address its type and MAX_ENI allow, and pods use them all",
            "use fewer pods on this node, a larger instance type, or prefix delegation"),
    /** Addresses exist but rest after their last pod. */
    NO_FREE_ADDRESS_COOLING(
            "every free address is cooling down after its last pod",
            "lower IP_COOLDOWN_PERIOD, or raise WARM_IP_TARGET so that the pool is larger"),
    /** The subnet has run dry. */
    SUBNET_EXHAUSTED("the subnet has no free address", "free addresses in the subnet or give the node a larger one"),
    /** EC2 refuses because the account asks too often. */
    EC2_THROTTLED(
            "EC2 throttles the account's calls",
            "raise the warm targets so that fewer calls are needed, or ask AWS for a higher API rate"),
    /** The role may not do what is needed. */
    IAM_DENIED("the node's role lacks an EC2 permission", "attach the AmazonEKS_CNI_Policy permissions to the role"),
    /** No answer from EC2. */
    EC2_UNREACHABLE(
            "EC2 does not answer",
            "check the route to the EC2 endpoint, its DNS name and the security group of a VPC endpoint"),
    /** EC2 answered with another error. */
    EC2_REFUSED("EC2 refused the call", "see the error code in this message"),
    /** EC2 has been asked and is still at work. */
    EC2_PENDING("EC2 has been asked for addresses and has not delivered yet", "nothing: the pod is tried again"),
    /** The interface is attached but its link or routes are missing on the node. */
    ENI_NOT_WIRED(
            "a new interface is attached but not yet usable on the node",
            "look for its link by MAC address on the node"),
    /** The pool does not grow on a cordoned node. */
    NODE_CORDONED(
            "the node is cordoned, and a cordoned node gets no further addresses",
            "uncordon it (kubectl uncordon), or set AWS_MANAGE_ENIS_NON_SCHEDULABLE=true"),
    /** More pods wait than the node may run. */
    MAX_PODS("as many pods already wait as the node may run", "check max-pods of the node"),
    /** The daemon has not read the node's state yet. */
    STARTING("the daemon is still starting", "nothing: the pod is tried again"),
    /** The daemon is going down. */
    STOPPING("the daemon is shutting down", "nothing: the pod is tried again"),
    /** The DEL of the same sandbox arrived first. */
    DELETED("the sandbox was deleted while it waited", "nothing"),
    /** The pod's network could not be set up in the kernel. */
    WIRING_FAILED("the pod's network could not be set up", "see the kernel's error in this message"),
    /** The state file could not be written. */
    CHECKPOINT_FAILED("the state file could not be written", "check free space and permissions of its folder");

    private final String meaning;
    private final String advice;

    Reason(String meaning, String advice) {
        this.meaning = meaning;
        this.advice = advice;
    }

    /** What was found, as half a sentence. */
    public String meaning() {
        return meaning;
    }

    /** What would help, as half a sentence. */
    public String advice() {
        return advice;
    }
}
