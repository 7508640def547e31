package io.vpccni.pool;

import io.vpccni.pool.PoolView.EniView;
import io.vpccni.vpc.Ipv4Address;
import io.vpccni.vpc.Ipv4Cidr;
import io.vpccni.vpc.SlotKind;

/**
 * The prefixes of a pool in numbers, for people. Only a prefix without pods can be given back, so addresses that are free beside
 * pods are bound: two prefixes, one of them empty and one with 4 pods, have a fragmentation of 12 / 32 = 0.375.
 *
 * @param prefixes those on the interfaces
 * @param free those of which every address is free
 * @param fragmentation share of all addresses in prefixes that are free beside pods, 0 to 1; 0 without prefixes
 */
public record PrefixFigures(int prefixes, int free, double fragmentation) {

    static PrefixFigures of(PoolView view) {
        int prefixes = 0;
        int freePrefixes = 0;
        int bound = 0;
        for (EniView eni : view.enis()) {
            for (Ipv4Cidr prefix : eni.prefixes()) {
                int free = count(eni, prefix, AddressState.Free.class);
                int used =
                        count(eni, prefix, AddressState.Assigned.class) + count(eni, prefix, AddressState.Held.class);
                prefixes++;
                freePrefixes += free == SlotKind.PREFIX.addresses() ? 1 : 0;
                bound += used > 0 ? free : 0;
            }
        }
        int addresses = prefixes * SlotKind.PREFIX.addresses();
        return new PrefixFigures(prefixes, freePrefixes, addresses == 0 ? 0 : (double) bound / addresses);
    }

    private static int count(EniView eni, Ipv4Cidr prefix, Class<? extends AddressState> kind) {
        return (int) prefix.addresses()
                .map((Ipv4Address address) -> eni.addresses().get(address))
                .filter(kind::isInstance)
                .count();
    }
}
