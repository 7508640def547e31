package io.vpccni.dataplane;

import io.vpccni.vpc.IpAddress;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a pod with a branch interface has on the host: its branch link, a route by its host link, and rules of its mode.
 *
 * <pre>
 *   strict                                          standard
 *   ADDRESS scope link table VLAN+100               ADDRESS scope link table main
 *   9:  to EXCEPTION iif HOSTLINK lookup local      512:  to ADDRESS lookup main
 *   9:  from EXCEPTION to ADDRESS iif lo            1536: from ADDRESS lookup VLAN+100
 *         lookup VLAN+100
 *   10: iif vlan.eth.VLAN lookup VLAN+100
 *   10: iif HOSTLINK lookup VLAN+100
 * </pre>
 *
 * @param linkHash what the name of its host link ends with; what that begins with says the mode
 * @param hostExceptions addresses of the node which a strict pod reaches, and which reach it, without the VPC in between; those of
 *     the other family say nothing
 */
public record BranchOnHost(IpAddress address, String linkHash, BranchLink branch, List<IpAddress> hostExceptions) {

    public BranchOnHost {
        hostExceptions = List.copyOf(hostExceptions);
    }

    public StaticRoute route(String hostLink) {
        return switch (EnforcingMode.of(hostLink)) {
            case STRICT -> StaticRoute.onLink(address, branch.routeTable());
            case STANDARD -> ordinary().route();
        };
    }

    public List<PolicyRule> rules(String hostLink) {
        return switch (EnforcingMode.of(hostLink)) {
            case STRICT ->
                Stream.concat(
                                exceptions(hostLink),
                                Stream.of(branch.name(), hostLink)
                                        .map(link ->
                                                PolicyRule.fromBranch(link, address.family(), branch.routeTable())))
                        .toList();
            case STANDARD -> ordinary().rules();
        };
    }

    private Stream<PolicyRule> exceptions(String hostLink) {
        return hostExceptions.stream()
                .filter(exception -> exception.family() == address.family())
                .flatMap(exception -> Stream.of(
                        PolicyRule.toException(hostLink, exception),
                        PolicyRule.fromException(exception, address, branch.routeTable())));
    }

    private PodOnHost ordinary() {
        return new PodOnHost(address, branch.routeTable(), linkHash);
    }
}
