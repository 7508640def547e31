package io.vpccni.explain;

import static org.assertj.core.api.Assertions.assertThat;

import io.vpccni.pool.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** {@code docs/troubleshooting.md} is made of the reasons; this test makes it and compares. */
class TroubleshootingTest {

    private static final Path PAGE = Path.of("docs/troubleshooting.md");

    private static final String INTRODUCTION = """
            # Troubleshooting

            <!-- Made of the reasons in io.vpccni.pool.Reason by TroubleshootingTest. Do not edit: change the reasons, then run
                 ./mvnw test -pl .. -Dtest=TroubleshootingTest -Ddocs.write=true -->

            A pod that gets no address says why, in the same word everywhere:

            - **kubelet's event on the pod**, `FailedCreatePodSandBox`: after the sentence `add cmd: failed to assign an IP address to container`.
            - **the daemon's event on the pod**, and on the node where the cause meets every pod that comes: the word spelled `EniLimit` for `ENI_LIMIT`, the whole explanation as its note (`kubectl describe pod`, `kubectl describe node`).
            - **the CNI error**: code 11, the reason in `msg`, the whole explanation in `details`. For the reference's own plugin the same stands in the fields `Reason` and `ReasonText` of `AddNetworkReply`.
            - **the daemon's log**: one line for each refusal, and one for each pod that has waited for 5 seconds, with `requestId`.
            - **metrics**: `vpccni_add_refusals_total{reason="…"}`; how long pods wait is `vpccni_add_phase_seconds{phase="waitingForAddress"}`.
            - **`/v1/explain`** on the node, the whole story of an ADD, also while it still waits:

            ```
            curl 'localhost:61679/v1/explain?pod=shop/cart-0'
            curl 'localhost:61679/v1/explain?container=4f6a9c…'
            curl 'localhost:61679/v1/explain?last=20'
            ```

            Each ADD there has `outcome` (`state`, `reason`, `meaning`, `detail`, `daemon`), `advice`, `phases` with their durations, `pool` at its arrival and end, and `ec2Calls` that were under way meanwhile with EC2's request ids. The last 512 ADDs are remembered.

            ## How to get at it

            ```sh
            NODE=…                                             # where the pod is to run: kubectl get pod -o wide
            POD=$(kubectl -n kube-system get pod -l k8s-app=aws-node --field-selector spec.nodeName=$NODE -o name)

            kubectl -n kube-system exec $POD -c aws-node -- /app/grpc-health-probe -addr=unix:///var/run/aws-node/ipamd.sock
            kubectl get --raw "/api/v1/namespaces/kube-system/pods/${POD#pod/}:61678/proxy/metrics" | grep ^vpccni_

            kubectl -n kube-system port-forward $POD 61679 &   # introspection listens on the node's loopback only
            curl -s 'localhost:61679/v1/explain?last=20'

            kubectl debug node/$NODE -it --image=public.ecr.aws/amazonlinux/amazonlinux:2023 -- bash
            grep shop/cart-0 /host/var/log/aws-routed-eni/ipamd.log
            ```

            The image brings no shell, so do not count on more than the probe in `exec`. In the debug pod `/host` is the node's root and the network is the node's, so `curl localhost:61679/…` works there too. Below, *on the node* means such a pod. `kubectl logs` shows the daemon's log where `AWS_VPC_K8S_CNI_LOG_FILE` is `stdout`.

            """;

    private record Traces(String metric, String field) {}

    @Test
    void thePageSaysWhatTheReasonsSay() throws IOException {
        String page = page();
        if (Boolean.getBoolean("docs.write")) {
            Files.writeString(PAGE, page);
        }

        assertThat(Files.readString(PAGE))
                .as("%s is made of the reasons: run this test with -Ddocs.write=true", PAGE)
                .isEqualTo(page);
    }

    @Test
    void theOtherPageNamesTheReasonsNoLongerItself() throws IOException {
        assertThat(Files.readString(Path.of("docs/errors.md"))).contains("troubleshooting.md");
    }

    private static String page() {
        StringBuilder page = new StringBuilder(INTRODUCTION);
        for (Reason reason : Reason.values()) {
            section(page, reason);
        }
        return page.toString().stripTrailing() + "\n";
    }

    private static void section(StringBuilder page, Reason reason) {
        Traces traces = traces(reason);
        page.append("## ").append(reason).append("\n\n");
        page.append("```\n").append(symptom(reason)).append("\n```\n\n");
        item(page, "Meaning", sentence(reason.meaning()));
        item(page, "What the daemon does", sentence(reason.doing()));
        item(page, "What to do", sentence(reason.advice()));
        item(page, "Metric", "`vpccni_add_refusals_total{reason=\"" + reason + "\"}`" + traces.metric());
        item(page, "Field of `/v1/explain`", "`outcome.reason`" + traces.field());
        String look = look(reason);
        if (!look.isEmpty()) {
            item(page, "Look", look);
        }
        page.append('\n');
    }

    private static void item(StringBuilder page, String name, String text) {
        page.append("- **").append(name).append("**: ").append(text).append('\n');
    }

    private static String sentence(String half) {
        return Character.toUpperCase(half.charAt(0)) + half.substring(1) + ".";
    }

    /** As kubelet's event shows it: msg and details of the CNI error, with a semicolon between. */
    private static String symptom(Reason reason) {
        String plugin = "plugin type=\"aws-cni\" name=\"aws-cni\" failed (add): ";
        return switch (reason) {
            case WIRING_FAILED -> plugin + "add command: failed to setup network: …; " + reason + ": …";
            case NETWORK_POLICY_FAILED -> plugin + "add cmd: failed to setup network policy: …; " + reason + ": …";
            case BAD_REQUEST -> plugin + "add cmd: failed to assign an IP address to container";
            default ->
                plugin + "add cmd: failed to assign an IP address to container: " + reason + "; " + reason + ": …";
        };
    }

    /** Where else it shows, besides what every reason shows in. */
    private static Traces traces(Reason reason) {
        return switch (reason) {
            case ENI_LIMIT ->
                new Traces(
                        ", with `awscni_eni_allocated` = `awscni_eni_max`", ", `pool.atEnd.interfaces`, `.assigned`");
            case ENI_QUOTA, NO_SUITABLE_SUBNET ->
                new Traces(", `awscni_aws_api_error_count{api=\"CreateNetworkInterface\"}`", ", `ec2Calls[].outcome`");
            case NO_FREE_ADDRESS_COOLING -> new Traces(", `vpccni_cooling_ip_addresses`", ", `pool.atEnd.cooling`");
            case ADDRESSES_HELD -> new Traces(", `vpccni_held_ip_addresses`", ", `pool.atEnd.held`");
            case SUBNET_EXHAUSTED ->
                new Traces(
                        ", `vpccni_subnet_free_addresses`, and before it comes `vpccni_subnet_exhaustion_seconds`",
                        ", `ec2Calls[].outcome`");
            case NO_CONTIGUOUS_PREFIX, EC2_REFUSED ->
                new Traces(", `awscni_aws_api_error_count`", ", `ec2Calls[].outcome`");
            case EC2_THROTTLED ->
                new Traces(
                        ", `vpccni_ec2_throttles_total`, `vpccni_ec2_budget_tokens`",
                        ", `ec2Calls[].outcome` = `RequestLimitExceeded`");
            case IAM_DENIED ->
                new Traces(
                        ", `awscni_aws_api_error_count{error=\"UnauthorizedOperation\"}`",
                        ", `ec2Calls[].outcome` = `UnauthorizedOperation`");
            case EC2_UNREACHABLE -> new Traces(", `awscni_ec2api_error_count`", ", `ec2Calls[]` without `requestId`");
            case EC2_PENDING ->
                new Traces(
                        ", `awscni_ipamd_action_inprogress{fn=\"increaseDatastorePool\"}`",
                        ", `ec2Calls[].outcome` = `underWay`, `pool.atEnd.coming`");
            case ENI_NOT_WIRED ->
                new Traces(
                        ", `awscni_ipamd_error_count{fn=\"increaseIPPoolsetupENIFailed\"}`", ", `pool.atEnd.coming`");
            case MAX_PODS -> new Traces(", `vpccni_waiting_pods`", ", `pool.atEnd.waiters`");
            case STARTING ->
                new Traces(", `awscni_ipamd_action_inprogress{fn=\"nodeInit\"}`", ", `phases`: `queued` alone");
            case WIRING_FAILED, NETWORK_POLICY_FAILED -> new Traces("", ", `phases`: `dataPlane`");
            case CHECKPOINT_FAILED -> new Traces("", ", `phases`: `stateFile`");
            case STOPPING,
                    DELETED,
                    BAD_REQUEST,
                    MULTI_NIC_DISABLED,
                    NODE_CORDONED,
                    ENI_CONFIG_MISSING,
                    PROVISIONING_DISABLED,
                    API_SERVER_NEEDED,
                    TRUNK_MISSING,
                    BRANCH_NOT_ANNOTATED,
                    BRANCH_UNUSABLE,
                    POD_UNKNOWN -> new Traces("", "");
        };
    }

    /** Commands that show the cause, or take it away; empty where there is none. */
    private static String look(Reason reason) {
        return switch (reason) {
            case ENI_LIMIT ->
                "`curl -s localhost:61679/v1/enis`, and `kubectl get node $NODE -o jsonpath='{.status.allocatable.pods}'`:"
                        + " what kubelet allows should not be more than the type holds ([sizing.md](sizing.md))";
            case ENI_QUOTA ->
                "`aws ec2 describe-network-interfaces --filters Name=status,Values=available`, and"
                        + " `aws service-quotas list-service-quotas --service-code vpc`";
            case NO_FREE_ADDRESS_COOLING ->
                "`kubectl annotate node $NODE vpccni.io/warm-ip-target=10` gives one node a larger pool at once";
            case ADDRESSES_HELD ->
                "`curl -s localhost:61679/v1/enis | jq '.. | objects | select(.HeldByLink) | {Address, HeldByLink}'`; on the node"
                        + " `chroot /host crictl pods` for sandboxes that Kubernetes does not know";
            case SUBNET_EXHAUSTED ->
                "`aws ec2 describe-subnets --subnet-ids SUBNET --query 'Subnets[].AvailableIpAddressCount'`;"
                        + " smaller warm targets give addresses back ([sizing.md](sizing.md))";
            case NO_CONTIGUOUS_PREFIX ->
                "`aws ec2 get-subnet-cidr-reservations --subnet-id SUBNET`; one for prefixes is made by"
                        + " `aws ec2 create-subnet-cidr-reservation --subnet-id SUBNET --reservation-type prefix --cidr CIDR`";
            case EC2_THROTTLED ->
                "the metrics `vpccni_ec2_…` of several nodes: which action, and since when; other programs of the account"
                        + " use the same rate";
            case IAM_DENIED ->
                "`kubectl -n kube-system get events --field-selector reason=MissingIAMPermissions` names the action,"
                        + " EC2's words the identity that was refused ([iam.md](iam.md))";
            case EC2_UNREACHABLE ->
                "on the node `curl -sS -m 5 -o /dev/null -w '%{http_code}' https://ec2.REGION.amazonaws.com/`: another"
                        + " number than 000 means that the way is open";
            case EC2_REFUSED ->
                "`aws cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue=ACTION` with the"
                        + " action of `ec2Calls[]`, whose `requestId` is in the event";
            case EC2_PENDING ->
                "`ec2Calls[]` again after some seconds: a new interface takes about 3 s ([performance.md](performance.md))";
            case ENI_NOT_WIRED ->
                "on the node `grep MAC /sys/class/net/*/address` with the MAC address of the explanation";
            case MAX_PODS -> "`kubectl get node $NODE -o jsonpath='{.status.capacity.pods}'`";
            case STARTING -> "the end of the log: the daemon says what it waits for, and again at each try";
            case STOPPING ->
                "`kubectl -n kube-system get pod -l k8s-app=aws-node --field-selector spec.nodeName=$NODE`";
            case WIRING_FAILED -> "the log's lines with the same `requestId`";
            case NETWORK_POLICY_FAILED ->
                "`kubectl -n kube-system logs $POD -c aws-eks-nodeagent`; where there is no such container"
                        + " `kubectl -n kube-system set env daemonset/aws-node -c aws-node NETWORK_POLICY_ENFORCING_MODE-`";
            case CHECKPOINT_FAILED -> "on the node `df -h /host/run/aws-node` and `ls -la /host/run/aws-node`";
            case BAD_REQUEST ->
                "on the node `head -1 /host/opt/cni/bin/aws-cni`: ours begins with `#!/opt/cni/bin/vpc-cni/bin/java`";
            case MULTI_NIC_DISABLED -> "`kubectl get pod NAME -o yaml | grep nicConfig`";
            case NODE_CORDONED -> "`kubectl uncordon $NODE`";
            case ENI_CONFIG_MISSING ->
                "`curl -s localhost:61679/v1/eni-configs` says which one is looked for; `kubectl get eniconfigs`";
            case NO_SUITABLE_SUBNET ->
                "`aws ec2 describe-subnets --filters Name=vpc-id,Values=VPC Name=availability-zone,Values=ZONE`: the tags,"
                        + " and what is free";
            case PROVISIONING_DISABLED ->
                "`kubectl -n kube-system set env daemonset/aws-node -c aws-node --list | grep -E 'PROVISIONING|IMDS_ONLY'`";
            case API_SERVER_NEEDED -> "`kubectl auth can-i watch pods --as=system:serviceaccount:kube-system:aws-node`";
            case TRUNK_MISSING ->
                "`kubectl get cninode $NODE -o yaml`, and `kubectl describe node $NODE`: its events, and"
                        + " `vpc.amazonaws.com/pod-eni` among what it offers";
            case BRANCH_NOT_ANNOTATED, BRANCH_UNUSABLE ->
                "`kubectl get pod NAME -o yaml | grep -A1 pod-eni`, and the events of `kubectl describe pod NAME`";
            case POD_UNKNOWN -> "`kubectl get pod NAME -o yaml`; on the node `chroot /host crictl pods --name NAME`";
            case DELETED -> "";
        };
    }
}
