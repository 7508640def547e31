package io.vpccni.emulator.kubernetes;

import java.util.List;
import java.util.Optional;

/**
 * A kind of objects.
 *
 * @param group empty for the core group
 * @param name such as {@code Pod}
 * @param statusApart {@code status} is written at a path of its own, and ignored elsewhere
 */
record Kind(
        String group,
        String version,
        String plural,
        String name,
        boolean namespaced,
        boolean statusApart,
        List<String> shortNames) {

    static final Kind NAMESPACE =
            whole("", "v1", "namespaces", "Namespace", "ns").withStatusApart();
    static final Kind NODE = whole("", "v1", "nodes", "Node", "no").withStatusApart();
    static final Kind POD = inNamespace("", "v1", "pods", "Pod", "po").withStatusApart();
    static final Kind SERVICE_ACCOUNT = inNamespace("", "v1", "serviceaccounts", "ServiceAccount", "sa");

    private static final String ADMISSION = "admissionregistration.k8s.io";
    private static final String RBAC = "rbac.authorization.k8s.io";
    static final Kind MUTATING =
            whole(ADMISSION, "v1", "mutatingwebhookconfigurations", "MutatingWebhookConfiguration");
    static final Kind VALIDATING =
            whole(ADMISSION, "v1", "validatingwebhookconfigurations", "ValidatingWebhookConfiguration");

    /** All that can be kept here; a real server has more, and learns of custom ones. */
    static final List<Kind> ALL = List.of(
            NAMESPACE,
            NODE,
            POD,
            SERVICE_ACCOUNT,
            inNamespace("", "v1", "configmaps", "ConfigMap", "cm"),
            inNamespace("", "v1", "secrets", "Secret"),
            inNamespace("", "v1", "events", "Event", "ev"),
            inNamespace("events.k8s.io", "v1", "events", "Event"),
            inNamespace("coordination.k8s.io", "v1", "leases", "Lease"),
            inNamespace("", "v1", "services", "Service", "svc"),
            inNamespace("apps", "v1", "daemonsets", "DaemonSet", "ds"),
            inNamespace("apps", "v1", "deployments", "Deployment", "deploy"),
            inNamespace("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", "pdb"),
            inNamespace("monitoring.coreos.com", "v1", "podmonitors", "PodMonitor", "pmon"),
            inNamespace("monitoring.coreos.com", "v1", "prometheusrules", "PrometheusRule", "promrule"),
            inNamespace(RBAC, "v1", "roles", "Role"),
            inNamespace(RBAC, "v1", "rolebindings", "RoleBinding"),
            whole(RBAC, "v1", "clusterroles", "ClusterRole"),
            whole(RBAC, "v1", "clusterrolebindings", "ClusterRoleBinding"),
            whole("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", "crd"),
            MUTATING,
            VALIDATING,
            whole("crd.k8s.amazonaws.com", "v1alpha1", "eniconfigs", "ENIConfig"),
            whole("vpcresources.k8s.aws", "v1alpha1", "cninodes", "CNINode", "cnd")
                    .withStatusApart(),
            inNamespace("vpcresources.k8s.aws", "v1beta1", "securitygrouppolicies", "SecurityGroupPolicy", "sgp"),
            inNamespace("networking.k8s.aws", "v1alpha1", "policyendpoints", "PolicyEndpoint"));

    private static Kind whole(String group, String version, String plural, String name, String... shortNames) {
        return new Kind(group, version, plural, name, false, false, List.of(shortNames));
    }

    private static Kind inNamespace(String group, String version, String plural, String name, String... shortNames) {
        return new Kind(group, version, plural, name, true, false, List.of(shortNames));
    }

    private Kind withStatusApart() {
        return new Kind(group, version, plural, name, namespaced, true, shortNames);
    }

    static Optional<Kind> find(String group, String version, String plural) {
        return ALL.stream()
                .filter(kind -> kind.group.equals(group) && kind.version.equals(version) && kind.plural.equals(plural))
                .findFirst();
    }

    String apiVersion() {
        return group.isEmpty() ? version : group + "/" + version;
    }

    /** As the server's sentences name it: {@code pods}, {@code leases.coordination.k8s.io}. */
    String qualified() {
        return group.isEmpty() ? plural : plural + "." + group;
    }
}
