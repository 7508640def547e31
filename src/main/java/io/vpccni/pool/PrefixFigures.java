package io.vpccni.pool;

import io.vpccni.pool.PoolView.EniView;
import io.vpccni.vpc.IpCidr;
import io.vpccni.vpc.SlotKind;
import java.util.Map;

/**
 * The prefixes of a pool in numbers, for people. Only a prefix without pods can be given back, so addresses that are free beside
 * pods are bound: two prefixes, one of them empty and one with 4 pods, have a fragmentation of 12 / 32 = 0.375.
 *
 * @param prefixes those on the interfaces
 * @param free those of which every address is free
 * @param fragmentation share of all addresses in IPv4 prefixes that are free beside pods, 0 to 1; 0 without such prefixes
 */
public record PrefixFigures(int prefixes, int free, double fragmentation) {

    static PrefixFigures of(PoolView view) {
        int prefixes = 0;
        int freePrefixes = 0;
        long addresses = 0;
        long bound = 0;
        for (EniView eni : view.enis()) {
            for (Map.Entry<IpCidr, Integer> entry : eni.freeByPrefix().entrySet()) {
                IpCidr prefix = entry.getKey();
                SlotKind kind = SlotKind.of(prefix);
                prefixes++;
                freePrefixes += entry.getValue() == kind.addresses() ? 1 : 0;
                if (kind == SlotKind.PREFIX) {
                    addresses += kind.addresses();
                    bound += isUsed(eni, prefix) ? entry.getValue() : 0;
                }
            }
        }
        return new PrefixFigures(prefixes, freePrefixes, addresses == 0 ? 0 : (double) bound / addresses);
    }

    private static boolean isUsed(EniView eni, IpCidr prefix) {
        return eni.addresses().entrySet().stream()
                .filter(entry -> prefix.contains(entry.getKey()))
                .anyMatch(entry -> entry.getValue() instanceof AddressState.Assigned
                        || entry.getValue() instanceof AddressState.Held);
    }
}
