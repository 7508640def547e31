package io.vpccni.config;

import io.vpccni.branch.BranchTerms;
import io.vpccni.config.NodeSettings.CloudSettings;
import java.util.Map;
import java.util.Optional;

/**
 * How the role {@code controller} is to behave. Names in the docs are the variables they come from.
 *
 * @param cloud EC2
 * @param region AWS_REGION; empty for the one that IMDS tells
 * @param rate VPCCNI_EC2_RATE: calls a second of each EC2 action while EC2 does not object
 * @param burst VPCCNI_EC2_BURST: calls of each action at once after a rest
 * @param endpoint KUBERNETES API endpoint; empty for the one that every pod finds
 * @param identity MY_POD_NAME: who this replica is among the others
 * @param namespace MY_POD_NAMESPACE: where the Lease and the certificate are kept
 * @param branches how long branches rest and stay: VPCCNI_BRANCH_IDLE, VPCCNI_WARM_BRANCHES, and the cool-down until the
 *     ConfigMap amazon-vpc-cni says another
 * @param limits VPCCNI_BRANCH_LIMITS: branches by instance type, which count more than the table
 * @param followPolicies VPCCNI_FOLLOW_POLICY_CHANGES: changed policies change the groups of running pods
 * @param failClosed VPCCNI_FAIL_CLOSED: a pod whose policy cannot be read is refused rather than run with the node's groups
 * @param checkGroups VPCCNI_CHECK_GROUPS: what people forgot in security groups is looked for and said on policies
 * @param takeOver VPCCNI_TAKE_OVER: work also where another controller's webhooks or Lease are found
 * @param webhooks where the API server asks
 */
public record ControllerSettings(
        CloudSettings cloud,
        Optional<String> region,
        int rate,
        int burst,
        Optional<String> endpoint,
        String identity,
        String namespace,
        BranchTerms branches,
        Map<String, Integer> limits,
        boolean followPolicies,
        boolean failClosed,
        boolean checkGroups,
        boolean takeOver,
        WebhookSettings webhooks) {

    public ControllerSettings {
        limits = Map.copyOf(limits);
    }

    /**
     * @param host VPCCNI_WEBHOOK_HOST: address to listen on
     * @param port VPCCNI_WEBHOOK_PORT
     * @param service VPCCNI_WEBHOOK_SERVICE: name of the Service that leads there
     * @param url VPCCNI_WEBHOOK_URL: asked instead of the Service, for controllers outside the cluster
     */
    public record WebhookSettings(String host, int port, String service, Optional<String> url) {}
}
