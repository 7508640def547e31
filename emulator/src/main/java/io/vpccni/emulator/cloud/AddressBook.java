package io.vpccni.emulator.cloud;

import io.vpccni.emulator.cloud.Ec2Request.AssignIpv6Addresses;
import io.vpccni.emulator.cloud.Ec2Request.AssignPrivateIpAddresses;
import io.vpccni.emulator.cloud.Ec2Request.UnassignIpv6Addresses;
import io.vpccni.emulator.cloud.Ec2Request.UnassignPrivateIpAddresses;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Which ENI has which addresses and prefixes. A call is carried out in full or not at all. */
final class AddressBook {
    record Ipv4Grant(List<Ipv4> addresses, List<Ipv4Cidr> prefixes) {}

    record Ipv6Grant(List<Ipv6> addresses, List<Ipv6Cidr> prefixes) {}

    private final Ledger ledger;

    AddressBook(Ledger ledger) {
        this.ledger = ledger;
    }

    static void checkIpv4(AddressWish wish) {
        checkWish(wish, "secondaryPrivateIpAddressCount", "privateIpAddresses", "ipv4PrefixCount", "ipv4Prefixes");
    }

    static void checkIpv6(AddressWish wish) {
        checkWish(wish, "ipv6AddressCount", "ipv6Addresses", "ipv6PrefixCount", "ipv6Prefixes");
    }

    /** EC2 takes named addresses or a number, and addresses or prefixes, in one call. */
    private static void checkWish(AddressWish wish, String count, String names, String prefixCount, String prefixes) {
        if (wish.count() < 0) {
            throw CloudError.invalidValue(Integer.toString(wish.count()), count, "It must not be negative.");
        }
        if (wish.prefixCount() < 0) {
            throw CloudError.invalidValue(
                    Integer.toString(wish.prefixCount()), prefixCount, "It must not be negative.");
        }
        if (wish.count() > 0 && !wish.addresses().isEmpty()) {
            throw combination(count, names);
        }
        if (wish.prefixCount() > 0 && !wish.prefixes().isEmpty()) {
            throw combination(prefixCount, prefixes);
        }
        if (wish.count() + wish.addresses().size() > 0
                && wish.prefixCount() + wish.prefixes().size() > 0) {
            throw combination(wish.count() > 0 ? count : names, wish.prefixCount() > 0 ? prefixCount : prefixes);
        }
    }

    private static CloudError combination(String one, String other) {
        return new CloudError(
                "InvalidParameterCombination", "The parameter " + one + " cannot be used with the parameter " + other);
    }

    static Ipv4Grant takeIpv4(Space space, AddressWish wish, IdSource ids) {
        List<Ipv4> named = wish.addresses().stream().map(Ipv4::parse).toList();
        named.forEach(space.ipv4()::take);
        List<Ipv4Cidr> blocks = wish.prefixes().stream().map(Ipv4Cidr::parse).toList();
        blocks.forEach(space.ipv4()::take);
        return new Ipv4Grant(
                joined(named, space.ipv4().takeAny(wish.count(), ids.random())),
                joined(blocks, space.ipv4().takeAnyBlocks(wish.prefixCount(), ids.random())));
    }

    static Ipv6Grant takeIpv6(Space space, String subnetId, AddressWish wish, IdSource ids) {
        if (wish.empty()) {
            return new Ipv6Grant(List.of(), List.of());
        }
        Ipv6Space ipv6 = space.needIpv6(subnetId);
        List<Ipv6> named = wish.addresses().stream().map(Ipv6::parse).toList();
        named.forEach(ipv6::take);
        List<Ipv6Cidr> blocks = wish.prefixes().stream().map(Ipv6Cidr::parse).toList();
        blocks.forEach(ipv6::take);
        return new Ipv6Grant(
                joined(named, ipv6.takeAny(wish.count(), ids.random())),
                joined(blocks, ipv6.takeAnyBlocks(wish.prefixCount(), ids.random())));
    }

    private static void needAddresses(NetworkInterface eni) {
        if (eni.efaOnly()) {
            throw new CloudError(
                    "UnsupportedOperation",
                    "Interface " + eni.id() + " of the type efa-only cannot have IP addresses.");
        }
    }

    Ec2Result assign(AssignPrivateIpAddresses request) {
        NetworkInterface eni = Lookups.eni(ledger.world(), request.eniId());
        needAddresses(eni);
        checkIpv4(request.wish());
        if (request.wish().empty()) {
            throw CloudError.missing("secondaryPrivateIpAddressCount");
        }
        AddressWish wish = withoutOwn(request.wish(), eni);
        Limits.checkSlots(ledger.world(), eni, wish.slots(), 0);
        Space space = ledger.draft(eni.subnetId());
        List<Reassigned> reassigned = request.allowReassignment() ? reassign(wish, eni, space) : List.of();
        Ipv4Grant grant = takeIpv4(space, wish, ledger.ids());
        ledger.keep(eni.subnetId(), space);
        reassigned.forEach(from -> {
            NetworkInterface loser = Lookups.eni(ledger.world(), from.eniId());
            ledger.put(loser.withIpv4(without(loser.addresses(), List.of(from.address())), loser.prefixes()));
        });
        ledger.put(eni.plusIpv4(grant.addresses(), grant.prefixes()));
        return new Ec2Result.AssignedIpv4(eni.id(), grant.addresses(), grant.prefixes());
    }

    private record Reassigned(String eniId, Ipv4 address) {}

    /** Frees the named addresses that are secondary addresses of other ENIs. A primary address stays where it is. */
    private List<Reassigned> reassign(AddressWish wish, NetworkInterface to, Space space) {
        List<Reassigned> moved = new ArrayList<>();
        for (String text : wish.addresses()) {
            Ipv4 address = Ipv4.parse(text);
            Optional<NetworkInterface> owner = ledger.world()
                    .interfacesIn(to.subnetId())
                    .filter(other -> other.addresses().contains(address))
                    .findFirst();
            if (owner.isPresent() && !owner.get().primaryAddress().equals(address)) {
                space.ipv4().give(address);
                moved.add(new Reassigned(owner.get().id(), address));
            }
        }
        return moved;
    }

    /** Naming an address that the ENI has already is no fault and assigns nothing new. */
    private static AddressWish withoutOwn(AddressWish wish, NetworkInterface eni) {
        Set<String> own =
                Set.copyOf(eni.addresses().stream().map(Ipv4::toString).toList());
        return new AddressWish(
                wish.addresses().stream().filter(text -> !own.contains(text)).toList(),
                wish.count(),
                wish.prefixes(),
                wish.prefixCount());
    }

    Ec2Result assign(AssignIpv6Addresses request) {
        NetworkInterface eni = Lookups.eni(ledger.world(), request.eniId());
        needAddresses(eni);
        checkIpv6(request.wish());
        if (request.wish().empty()) {
            throw CloudError.missing("ipv6AddressCount");
        }
        Limits.checkSlots(ledger.world(), eni, 0, request.wish().slots());
        Space space = ledger.draft(eni.subnetId());
        Ipv6Grant grant = takeIpv6(space, eni.subnetId(), request.wish(), ledger.ids());
        ledger.keep(eni.subnetId(), space);
        ledger.put(eni.plusIpv6(grant.addresses(), grant.prefixes()));
        return new Ec2Result.AssignedIpv6(eni.id(), grant.addresses(), grant.prefixes());
    }

    Ec2Result unassign(UnassignPrivateIpAddresses request) {
        NetworkInterface eni = Lookups.eni(ledger.world(), request.eniId());
        if (request.addresses().isEmpty() && request.prefixes().isEmpty()) {
            throw CloudError.missing("privateIpAddresses");
        }
        List<Ipv4> addresses = owned(request.addresses(), Ipv4::parse, eni.addresses(), eni);
        if (!addresses.isEmpty() && addresses.contains(eni.primaryAddress())) {
            throw CloudError.invalidValue(
                    eni.primaryAddress().toString(),
                    "privateIpAddress",
                    "The primary IP address of an interface cannot be unassigned.");
        }
        List<Ipv4Cidr> prefixes = owned(request.prefixes(), Ipv4Cidr::parse, eni.prefixes(), eni);
        Space space = ledger.draft(eni.subnetId());
        addresses.forEach(space.ipv4()::give);
        prefixes.forEach(space.ipv4()::give);
        ledger.keep(eni.subnetId(), space);
        ledger.put(eni.withIpv4(without(eni.addresses(), addresses), without(eni.prefixes(), prefixes)));
        return new Ec2Result.Done();
    }

    Ec2Result unassign(UnassignIpv6Addresses request) {
        NetworkInterface eni = Lookups.eni(ledger.world(), request.eniId());
        if (request.addresses().isEmpty() && request.prefixes().isEmpty()) {
            throw CloudError.missing("ipv6Addresses");
        }
        List<Ipv6> addresses = owned(request.addresses(), Ipv6::parse, eni.ipv6Addresses(), eni);
        List<Ipv6Cidr> prefixes = owned(request.prefixes(), Ipv6Cidr::parse, eni.ipv6Prefixes(), eni);
        Space space = ledger.draft(eni.subnetId());
        Ipv6Space ipv6 = space.needIpv6(eni.subnetId());
        addresses.forEach(ipv6::give);
        prefixes.forEach(ipv6::give);
        ledger.keep(eni.subnetId(), space);
        ledger.put(eni.withIpv6(without(eni.ipv6Addresses(), addresses), without(eni.ipv6Prefixes(), prefixes)));
        return new Ec2Result.UnassignedIpv6(eni.id(), addresses, prefixes);
    }

    private static <T> List<T> owned(
            List<String> texts, Function<String, T> parse, List<T> present, NetworkInterface eni) {
        List<T> named = texts.stream().map(parse).distinct().toList();
        if (!Set.copyOf(present).containsAll(named)) {
            throw new CloudError(
                    "InvalidParameterValue",
                    "Some of the specified addresses are not assigned to interface " + eni.id());
        }
        return named;
    }

    private static <T> List<T> without(List<T> all, List<T> gone) {
        return all.stream().filter(one -> !gone.contains(one)).toList();
    }

    private static <T> List<T> joined(List<T> first, List<T> second) {
        List<T> all = new ArrayList<>(first);
        all.addAll(second);
        return List.copyOf(all);
    }
}
