package io.vpccni.emulator.kubernetes;

import java.util.Map;

/** Who asks. Nobody has to prove it here: a user agent that is known stands for its service account. */
record Caller(String name) {
    private static final Map<String, String> ACCOUNTS = Map.of(
            "amazon-vpc-resource-controller-k8s", "vpc-resource-controller",
            "./aws-k8s-agent", "aws-node",
            "cni-metrics-helper", "cni-metrics-helper");

    static final Caller ADMINISTRATOR = new Caller("kubernetes-admin");

    static Caller of(String userAgent) {
        return ACCOUNTS.entrySet().stream()
                .filter(known -> userAgent.startsWith(known.getKey()))
                .findFirst()
                .map(known -> new Caller("system:serviceaccount:kube-system:" + known.getValue()))
                .orElse(ADMINISTRATOR);
    }
}
