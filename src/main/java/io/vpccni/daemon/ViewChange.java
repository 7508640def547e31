package io.vpccni.daemon;

import io.vpccni.pool.PoolView;
import io.vpccni.pool.PoolView.EniView;
import io.vpccni.vpc.EniId;
import io.vpccni.vpc.IpAddress;
import io.vpccni.vpc.IpCidr;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a look at EC2 changed in the pool: what EC2 had and the pool did not know, and the other way round. Secondary addresses
 * are networks of their own.
 */
record ViewChange(Set<EniId> newEnis, Set<EniId> goneEnis, Set<IpCidr> newSlots, Set<IpCidr> goneSlots) {

    static ViewChange between(PoolView before, PoolView after) {
        return new ViewChange(
                without(enis(after), enis(before)),
                without(enis(before), enis(after)),
                without(slots(after), slots(before)),
                without(slots(before), slots(after)));
    }

    private static Set<EniId> enis(PoolView view) {
        Set<EniId> ids = new TreeSet<>();
        view.enis().forEach(eni -> ids.add(eni.eni().id()));
        return ids;
    }

    private static Set<IpCidr> slots(PoolView view) {
        Set<IpCidr> slots = new TreeSet<>();
        for (EniView eni : view.enis()) {
            slots.addAll(eni.prefixes());
            eni.addresses().keySet().stream()
                    .filter(address -> isAlone(eni, address))
                    .forEach(address -> slots.add(address.alone()));
        }
        return slots;
    }

    private static boolean isAlone(EniView eni, IpAddress address) {
        return eni.networkOf(address).equals(address.alone());
    }

    private static <T> Set<T> without(Set<T> some, Set<T> others) {
        Set<T> rest = new TreeSet<>(some);
        rest.removeAll(others);
        return rest;
    }

    boolean isNothing() {
        return newEnis.isEmpty() && goneEnis.isEmpty() && newSlots.isEmpty() && goneSlots.isEmpty();
    }

    @Override
    public String toString() {
        return "EC2 has the interfaces " + newEnis + " and the addresses " + newSlots
                + ", which the pool did not know; the pool had the interfaces " + goneEnis + " and the addresses "
                + goneSlots
                + ", which EC2 does not list";
    }
}
