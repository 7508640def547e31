package io.vpccni.dataplane;

import java.util.ArrayList;
import java.util.List;

/**
 * Something of the host's network that was not as it has to be, and is again.
 *
 * @param what the command that did it, or would have
 */
public record Repair(Kind kind, String what) {

    public enum Kind {
        LINK,
        ADDRESS,
        ROUTE,
        RULE,
        IPTABLES,
        NFTABLES,
        SYSCTL
    }

    /** {@code ip link add}, for a branch interface of a pod. */
    public static Repair ofMissing(BranchLink branch) {
        return new Repair(
                Kind.LINK,
                "ip link add %s type vlan id %d address %s".formatted(branch.name(), branch.vlanId(), branch.mac()));
    }

    /** {@code key}: as a path under {@code /proc/sys}. */
    public static Repair ofSysctl(String key, String value) {
        return new Repair(Kind.SYSCTL, "sysctl -w %s=%s".formatted(key.replace('/', '.'), value));
    }

    /** What an input for a program like {@code iptables-restore} changes: each chain that is written anew, and each other rule. */
    public static List<Repair> ofRestore(String program, String restoreInput) {
        List<Repair> repairs = new ArrayList<>();
        List<String> written = new ArrayList<>();
        String table = "";
        for (String line : restoreInput.lines().toList()) {
            String[] words = line.split(" ", 3);
            if (line.startsWith("*")) {
                table = line.substring(1);
                written.clear();
            } else if (line.startsWith(":")) {
                written.add(words[0].substring(1));
                repairs.add(new Repair(
                        Kind.IPTABLES, "%s -t %s: chain %s".formatted(program, table, words[0].substring(1))));
            } else if (words.length > 2 && !written.contains(words[1])) {
                repairs.add(new Repair(Kind.IPTABLES, "%s -t %s %s".formatted(program, table, line)));
            }
        }
        return List.copyOf(repairs);
    }

    public static Repair of(RoutingChange change) {
        Kind kind =
                switch (change) {
                    case RoutingChange.SetMtu _, RoutingChange.SetUp _, RoutingChange.DeleteLink _ -> Kind.LINK;
                    case RoutingChange.DeleteAddress _, RoutingChange.PutAddress _ -> Kind.ADDRESS;
                    case RoutingChange.PutRoute _, RoutingChange.DeleteRoute _ -> Kind.ROUTE;
                    case RoutingChange.AddRule _, RoutingChange.DeleteRule _ -> Kind.RULE;
                };
        return new Repair(kind, change.toString());
    }
}
