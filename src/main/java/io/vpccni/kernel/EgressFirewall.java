package io.vpccni.kernel;

import io.vpccni.dataplane.EgressSnat;
import io.vpccni.dataplane.SnatChain;
import io.vpccni.kernel.Iptables.Flavour;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpFamily;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The chains of pods in table nat, by iptables' own programs. One write makes a pod's chain and one removes it; nothing is
 * read unless that fails, since reading the table of a node with many services takes longer than all the rest.
 */
final class EgressFirewall {

    private static final String NAT = "nat";

    private final HostNamespace host;
    private final Supplier<Flavour> flavour;

    EgressFirewall(HostNamespace host, Supplier<Flavour> flavour) {
        this.host = host;
        this.flavour = flavour;
    }

    /** {@code iptables -t nat -N CHAIN; -A CHAIN …; -A POSTROUTING …}: all of it or nothing. An old chain is replaced. */
    void add(EgressSnat snat) throws IOException {
        Iptables iptables = iptables(snat.chain().family());
        if (iptables.restore(snat.addition()).code() != 0) {
            iptables.require(iptables.restore(snat.replacement(postrouting(iptables))));
        }
    }

    /** Removes the chain and what leads there. What is gone already is no error. */
    void remove(SnatChain chain, Optional<IpAddress> pod) throws IOException {
        Iptables iptables = iptables(chain.family());
        if (pod.isPresent() && iptables.restore(chain.removal(pod.get())).code() == 0) {
            return;
        }
        iptables.require(iptables.restore(chain.removalOfRest(postrouting(iptables))));
    }

    /** The network's chains, by a read of the whole table. */
    Set<SnatChain> chains(IpFamily family, String network) throws IOException {
        Iptables iptables = iptables(family);
        return SnatChain.in(iptables.require(iptables.list(NAT)), family, network);
    }

    /** {@code iptables -t nat -S CHAIN}; empty when there is no such chain. */
    String rules(SnatChain chain) throws IOException {
        BoundedRun ended = iptables(chain.family()).list(NAT, chain.name());
        return ended.code() == 0 ? ended.output() : "";
    }

    String postrouting(IpFamily family) throws IOException {
        return postrouting(iptables(family));
    }

    private static String postrouting(Iptables iptables) throws IOException {
        return iptables.require(iptables.list(NAT, "POSTROUTING"));
    }

    private Iptables iptables(IpFamily family) {
        return new Iptables(host, family, flavour.get());
    }
}
