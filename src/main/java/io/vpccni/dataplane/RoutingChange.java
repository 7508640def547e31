package io.vpccni.dataplane;

/** One step that the host's routing needs. Its text is the command that would do the same. */
public sealed interface RoutingChange {

    record SetMtu(HostLink link, int mtu) implements RoutingChange {
        @Override
        public String toString() {
            return "ip link set %s mtu %d".formatted(link, mtu);
        }
    }

    record SetUp(HostLink link) implements RoutingChange {
        @Override
        public String toString() {
            return "ip link set %s up".formatted(link);
        }
    }

    record DeleteLink(HostLink link) implements RoutingChange {
        @Override
        public String toString() {
            return "ip link delete " + link;
        }
    }

    record DeleteAddress(HostLink link, LinkAddress address) implements RoutingChange {
        @Override
        public String toString() {
            return "ip address delete %s dev %s".formatted(address, link);
        }
    }

    record PutAddress(HostLink link, LinkAddress address) implements RoutingChange {
        @Override
        public String toString() {
            return "ip address replace %s dev %s".formatted(address, link);
        }
    }

    record PutRoute(HostLink link, StaticRoute route) implements RoutingChange {
        @Override
        public String toString() {
            return "ip route replace %s dev %s".formatted(route, link);
        }
    }

    record DeleteRoute(HostLink link, StaticRoute route) implements RoutingChange {
        @Override
        public String toString() {
            return "ip route delete %s dev %s".formatted(route, link);
        }
    }

    record AddRule(PolicyRule rule) implements RoutingChange {
        @Override
        public String toString() {
            return "ip rule add " + rule;
        }
    }

    record DeleteRule(PolicyRule rule) implements RoutingChange {
        @Override
        public String toString() {
            return "ip rule delete " + rule;
        }
    }
}
