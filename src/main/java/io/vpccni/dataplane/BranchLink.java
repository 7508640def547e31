package io.vpccni.dataplane;

import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.MacAddress;
import java.util.List;
import java.util.Optional;

/**
 * The link of a branch interface on its node: a VLAN of the trunk interface, for one pod.
 *
 * <pre>
 *   vlan.eth.VLAN    link TRUNK, MAC address of the branch interface
 *   GATEWAY scope link table VLAN+100
 *   default via GATEWAY table VLAN+100
 * </pre>
 *
 * @param vlanId 1 to 4094, unique on the node
 * @param gateway of the branch interface's subnet, in the pod's family
 * @param trunk MAC address of the trunk interface
 */
public record BranchLink(int vlanId, MacAddress mac, IpAddress gateway, MacAddress trunk) {

    private static final String PREFIX = "vlan.eth.";
    private static final int FIRST_TABLE = 100;
    private static final int HIGHEST_VLAN = 4094;

    public BranchLink {
        if (vlanId < 1 || vlanId > HIGHEST_VLAN) {
            throw new IllegalArgumentException("VLAN id " + vlanId + ", expected 1 to " + HIGHEST_VLAN);
        }
    }

    public static String name(int vlanId) {
        return PREFIX + vlanId;
    }

    public static int routeTable(int vlanId) {
        return FIRST_TABLE + vlanId;
    }

    /** The table that a link is for; empty where the link is no branch interface's. */
    public static Optional<Integer> tableOf(String link) {
        return link.matches("vlan\\.eth\\.[1-9][0-9]{0,3}")
                ? Optional.of(routeTable(Integer.parseInt(link.substring(PREFIX.length()))))
                : Optional.empty();
    }

    static boolean isTable(int table) {
        return table > FIRST_TABLE && table <= FIRST_TABLE + HIGHEST_VLAN;
    }

    public String name() {
        return name(vlanId);
    }

    public int routeTable() {
        return routeTable(vlanId);
    }

    /** In the order in which the kernel takes them. */
    public List<StaticRoute> routes() {
        return List.of(StaticRoute.onLink(gateway, routeTable()), StaticRoute.defaultVia(gateway, routeTable()));
    }
}
