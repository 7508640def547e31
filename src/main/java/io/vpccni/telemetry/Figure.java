package io.vpccni.telemetry;

/** What is told of the cluster, and which metric of the nodes it comes from: the reference's names on both sides. */
enum Figure {
    ASSIGNED("awscni_assigned_ip_addresses", "assignIPAddresses", Kind.SHOWN_SUM),
    TOTAL("awscni_total_ip_addresses", "totalIPAddresses", Kind.SHOWN_SUM),
    PREFIXES("awscni_total_ipv4_prefixes", "totalIPv4Prefixes", Kind.SHOWN_SUM),
    ASSIGNED_PER_CIDR("awscni_assigned_ip_per_cidr", "totalAssignedIPv4sPerCidr", Kind.SUM),
    ENIS("awscni_eni_allocated", "eniAllocated", Kind.SHOWN_SUM),
    MAX_ENIS("awscni_eni_max", "eniMaxAvailable", Kind.SHOWN_SUM),
    MAX_ADDRESSES("awscni_ip_max", "maxIPAddresses", Kind.SHOWN_SUM),
    LATENCY("awscni_aws_api_latency_ms", "awsAPILatency", Kind.HIGHEST_P99),
    API_ERRORS("awscni_aws_api_error_count", "awsAPIErr", Kind.INCREASE),
    UTIL_ERRORS("awscni_aws_utils_error_count", "awsUtilErr", Kind.INCREASE),
    IPAMD_ERRORS("awscni_ipamd_error_count", "ipamdErr", Kind.INCREASE),
    FORCED_ENIS("awscni_force_removed_enis", "forceRemoveENI", Kind.INCREASE),
    FORCED_ADDRESSES("awscni_force_removed_ips", "forceRemoveIPs", Kind.INCREASE),
    IN_PROGRESS("awscni_ipamd_action_inprogress", "ipamdActionInProgress", Kind.SUM),
    RECONCILES("awscni_reconcile_count", "reconcileCount", Kind.INCREASE),
    ADDS("awscni_add_ip_req_count", "addReqCount", Kind.INCREASE),
    DELS("awscni_del_ip_req_count", "delReqCount", Kind.INCREASE),
    POD_ENI_ERRORS("awscni_pod_eni_error_count", "podENIErr", Kind.INCREASE),
    EC2_CALLS("awscni_ec2api_req_count", "ec2ApiReqCount", Kind.INCREASE),
    EC2_ERRORS("awscni_ec2api_error_count", "ec2ApiErrCount", Kind.INCREASE);

    /** How the samples of all nodes become one value. */
    enum Kind {
        /** All added up. */
        SUM,
        /** All added up, and shown to Prometheus too. */
        SHOWN_SUM,
        /** What was added to all of them since the last look. */
        INCREASE,
        /** The highest of the quantile 0.99 of all. */
        HIGHEST_P99
    }

    private final String metric;
    private final String cloudWatch;
    private final Kind kind;

    Figure(String metric, String cloudWatch, Kind kind) {
        this.metric = metric;
        this.cloudWatch = cloudWatch;
        this.kind = kind;
    }

    /** Its name on a node's page, and in Prometheus mode on ours. */
    String metric() {
        return metric;
    }

    /** Its name in CloudWatch. */
    String cloudWatch() {
        return cloudWatch;
    }

    Kind kind() {
        return kind;
    }
}
