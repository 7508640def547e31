package io.vpccni.api;

import io.vpccni.api.MetricFamily.Type;
import io.vpccni.daemon.Node;
import io.vpccni.daemon.NodeObserver;
import io.vpccni.explain.ApiCall;
import io.vpccni.pool.Action;
import io.vpccni.pool.AddressState;
import io.vpccni.pool.PoolEvent;
import io.vpccni.pool.PoolFigures;
import io.vpccni.pool.PoolView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToIntFunction;

/**
 * The reference's metrics: names, types and labels are exactly its own, so that dashboards, alerts and its metrics helper go
 * on working. Meanings are what its documentation promises. What this daemon never does, such as removing an interface by
 * force, stays 0.
 */
final class ReferenceMetrics implements NodeObserver {

    /** Reasons of a DEL that callers give; any other word becomes one label, so that labels stay few. */
    private static final Set<String> DEL_REASONS = Set.of("", "PodDeleted", "SetupNSFailed");

    private final Node node;
    private final List<MetricFamily> families = new ArrayList<>();

    private final MetricFamily trunkErrors =
            family("awscni_pod_eni_error_count", Type.COUNTER, "Security groups for pods that failed.", "fn");
    private final MetricFamily errors =
            family("awscni_ipamd_error_count", Type.COUNTER, "Steps of the pool that failed.", "fn");
    private final MetricFamily inProgress = family(
                    "awscni_ipamd_action_inprogress", Type.GAUGE, "Steps of the pool under way.", "fn")
            .with("nodeInit")
            .with("increaseDatastorePool")
            .with("decreaseDatastorePool")
            .with("nodeIPPoolReconcile");
    private final MetricFamily reconciled = family(
                    "awscni_reconcile_count", Type.COUNTER, "Changes found by looking at EC2.", "fn")
            .with("eniReconcileAdd")
            .with("eniReconcileDel")
            .with("eniIPPoolReconcileDel")
            .with("eniDataStorePoolReconcileAdd");
    private final MetricFamily adds = family("awscni_add_ip_req_count", Type.COUNTER, "ADDs that arrived.");
    private final MetricFamily dels = family("awscni_del_ip_req_count", Type.COUNTER, "DELs that arrived.", "reason");
    private final MetricFamily apiLatency =
            family("awscni_aws_api_latency_ms", Type.SUMMARY, "Duration of calls to AWS.", "api", "error", "status");
    private final MetricFamily apiErrors = family(
            "awscni_aws_api_error_count", Type.COUNTER, "Calls to AWS that failed, by error code.", "api", "error");
    private final MetricFamily utilErrors = family(
            "awscni_aws_utils_error_count", Type.COUNTER, "Interfaces that could not be removed.", "fn", "error");
    private final MetricFamily requests = family("awscni_ec2api_req_count", Type.COUNTER, "Calls to EC2.", "fn");
    private final MetricFamily requestErrors =
            family("awscni_ec2api_error_count", Type.COUNTER, "Calls to EC2 that failed.", "fn");
    private final MetricFamily noAddress = family(
            "awscni_no_available_ip_addresses", Type.COUNTER, "ADDs that found no free address when they arrived.");
    private final MetricFamily startup = family(
            "awscni_ipamd_startup_duration_seconds",
            Type.HISTOGRAM,
            "From the process' start to the first address that can be served.",
            "success",
            "with_api_server",
            "failure_reason");
    private final MetricFamily initialization = family(
            "awscni_ipamd_node_initialization_duration_seconds",
            Type.HISTOGRAM,
            "Time to look around on the node and in EC2.",
            "success");
    private final MetricFamily connmark = family(
                    "awscni_connmark_reconcile_total", Type.COUNTER, "Times the connmark rules were applied.", "result")
            .with("success")
            .with("error");

    ReferenceMetrics(Node node) {
        this.node = node;
        inProgress.set(1, "nodeInit");
        family("awscni_build_info", Type.GAUGE, "The daemon's version.", "version", "goversion")
                .set(
                        1,
                        node.settings().cloud().version(),
                        "java" + Runtime.version().feature());
        figure("awscni_eni_max", "Interfaces that may be attached.", PoolFigures::maxEnis);
        figure("awscni_ip_max", "Pod addresses on all of them.", PoolFigures::maxAddresses);
        figure("awscni_eni_allocated", "Interfaces that are attached.", PoolFigures::enis);
        figure("awscni_total_ip_addresses", "Pod addresses on the interfaces.", PoolFigures::total);
        figure("awscni_assigned_ip_addresses", "Addresses that pods have.", PoolFigures::assigned);
        family("awscni_total_ipv4_prefixes", Type.GAUGE, "Prefixes on the interfaces.")
                .readFrom(family ->
                        node.view().map(PoolView::prefixFigures).ifPresent(figures -> family.set(figures.prefixes())));
        trunkErrors.with("nodeInit").with("tryEnableSecurityGroupsForPods");
        family("awscni_force_removed_enis", Type.COUNTER, "Interfaces that were dropped with pods on them.");
        family("awscni_force_removed_ips", Type.COUNTER, "Addresses that were dropped while pods had them.");
        family("awscni_assigned_ip_per_cidr", Type.GAUGE, "Addresses that pods have, by network.", "cidr")
                .readFrom(this::perCidr);
        family("awscni_assigned_ip_per_eni", Type.GAUGE, "Addresses that pods have, by interface.", "eni")
                .readFrom(this::perEni);
        family("awscni_connmark_backend", Type.GAUGE, "What carries the connmark rules.", "backend")
                .readFrom(this::backend);
    }

    /** Everything in Prometheus' text format. */
    String text() {
        StringBuilder text = new StringBuilder();
        families.forEach(family -> family.write(text));
        return text.toString();
    }

    private MetricFamily family(String name, Type type, String help, String... labels) {
        MetricFamily made = new MetricFamily(name, type, help, labels);
        families.add(made);
        return made;
    }

    private void figure(String name, String help, ToIntFunction<PoolFigures> figure) {
        family(name, Type.GAUGE, help)
                .readFrom(family -> node.view()
                        .map(PoolView::figures)
                        .ifPresent(figures -> family.set(figure.applyAsInt(figures))));
    }

    private void backend(MetricFamily family) {
        family.set(
                1,
                switch (node.firewallBackend()) {
                    case LEGACY -> "iptables";
                    case NFTABLES -> "nftables";
                });
    }

    private void perCidr(MetricFamily family) {
        family.clear();
        node.view()
                .ifPresent(view -> view.enis().forEach(eni -> {
                    eni.prefixes().forEach(prefix -> family.add(0, prefix.toString()));
                    eni.addresses()
                            .forEach((address, state) -> family.add(
                                    state instanceof AddressState.Assigned ? 1 : 0,
                                    eni.networkOf(address).toString()));
                }));
    }

    private void perEni(MetricFamily family) {
        family.clear();
        node.view()
                .ifPresent(view -> view.enis()
                        .forEach(eni -> family.set(
                                eni.addresses().values().stream()
                                        .filter(AddressState.Assigned.class::isInstance)
                                        .count(),
                                eni.eni().id().value())));
    }

    @Override
    public void addAsked() {
        adds.add(1);
    }

    @Override
    public void delAsked(String why) {
        dels.add(1, DEL_REASONS.contains(why) ? why : "other");
    }

    @Override
    public void addParked() {
        noAddress.add(1);
    }

    @Override
    public void callEnded(ApiCall call) {
        ApiCall.End end = call.end().orElseThrow();
        if (call.isToEc2()) {
            requests.add(1, call.api());
        }
        apiLatency.observe(end.took().toNanos() / 1e6, call.api(), Boolean.toString(!end.succeeded()), end.outcome());
        if (!end.succeeded()) {
            if (call.isToEc2()) {
                requestErrors.add(1, call.api());
            }
            apiErrors.add(1, call.api(), end.outcome());
        }
    }

    @Override
    public void stepBegan(Action action) {
        inProgress.add(1, activity(action));
    }

    @Override
    public void stepEnded(Action action, PoolEvent outcome) {
        inProgress.add(-1, activity(action));
        failure(action, outcome).ifPresent(code -> {
            errors.add(1, failedStep(action));
            if (action instanceof Action.DeleteEni) {
                utilErrors.add(1, "FreeENIDeleteErr", code);
            }
        });
    }

    private static Optional<String> failure(Action action, PoolEvent outcome) {
        return switch (outcome) {
            case PoolEvent.EniFailed failed -> Optional.of(failed.failure().code());
            case PoolEvent.CreateFailed failed -> Optional.of(failed.failure().code());
            case PoolEvent.NodeUnobserved failed -> Optional.of(failed.failure().code());
            default -> Optional.empty();
        };
    }

    private static String activity(Action action) {
        return switch (action) {
            case Action.FillEni _, Action.CreateEni _, Action.WireEni _ -> "increaseDatastorePool";
            case Action.GiveBack _, Action.DeleteEni _ -> "decreaseDatastorePool";
            case Action.ObserveEni _, Action.ObserveNode _, Action.ForgetEni _ -> "nodeIPPoolReconcile";
        };
    }

    /** The reference's words for the steps. */
    private static String failedStep(Action action) {
        return switch (action) {
            case Action.FillEni _ -> "increaseIPPoolAllocIPAddressesFailed";
            case Action.CreateEni _ -> "increaseIPPoolAllocENI";
            case Action.WireEni _ -> "increaseIPPoolsetupENIFailed";
            case Action.GiveBack _ -> "decreaseIPPool";
            case Action.DeleteEni _ -> "decreaseIPPoolFreeENIFailed";
            case Action.ForgetEni _ -> "freeENIDeleteRulesFailed";
            case Action.ObserveEni _ -> "increaseIPPoolGetENIaddressesFailed";
            case Action.ObserveNode _ -> "reconcileFailedGetENIs";
        };
    }

    @Override
    public void reconciled(int enisAdded, int enisRemoved, int slotsAdded, int slotsRemoved) {
        reconciled.add(enisAdded, "eniReconcileAdd");
        reconciled.add(enisRemoved, "eniReconcileDel");
        reconciled.add(slotsAdded, "eniDataStorePoolReconcileAdd");
        reconciled.add(slotsRemoved, "eniIPPoolReconcileDel");
    }

    @Override
    public void hostSetUp(boolean succeeded) {
        connmark.add(1, succeeded ? "success" : "error");
    }

    @Override
    public void leakKept(String code) {
        utilErrors.add(1, "cleanUpLeakedENIDeleteErr", code);
    }

    @Override
    public void trunkNotAsked(boolean eniConfig) {
        // The reference writes the ENIConfig's name on its own, and first.
        trunkErrors.add(1, eniConfig ? "nodeInit" : "tryEnableSecurityGroupsForPods");
    }

    @Override
    public void started(Duration took, boolean withApiServer) {
        inProgress.set(0, "nodeInit");
        double seconds = took.toNanos() / 1e9;
        startup.observe(seconds, "true", Boolean.toString(withApiServer), "");
        initialization.observe(seconds, "true");
    }
}
