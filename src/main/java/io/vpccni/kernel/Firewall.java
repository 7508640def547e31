package io.vpccni.kernel;

import io.vpccni.dataplane.HostFirewall;
import io.vpccni.dataplane.HostPlan;
import io.vpccni.dataplane.Repair;
import io.vpccni.vpc.IpFamily;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The host's packet filter. Its programs take their time: up to some tens of milliseconds each, more where others hold their lock. */
final class Firewall {

    private final HostNamespace host;

    Firewall(HostNamespace host) {
        this.host = host;
    }

    /** Makes it what the plan says, and says what was not right before. */
    List<Repair> apply(HostPlan plan, String primaryLink) throws IOException {
        List<Repair> repairs = new ArrayList<>();
        if (plan.family() == IpFamily.IPV4) {
            repairs.addAll(new Iptables(host, IpFamily.IPV4).apply(HostFirewall.of(plan, primaryLink)));
        }
        if (plan.nodeLocalBlock().isPresent()) {
            repairs.addAll(new Iptables(host, plan.nodeLocalBlock().get().family())
                    .apply(plan.nodeLocalBlock().get()));
        }
        return repairs;
    }
}
