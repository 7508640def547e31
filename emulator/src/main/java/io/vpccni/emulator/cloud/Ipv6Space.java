package io.vpccni.emulator.cloud;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Which IPv6 addresses and /80 prefixes of a subnet's /64 are taken. EC2 keeps the first four addresses and the last one
 * ("Subnet CIDR blocks", VPC user guide), so the first and the last /80 cannot be delegated.
 */
final class Ipv6Space {
    private static final int BLOCKS = 1 << 16;
    private static final int RESERVED_FIRST = 4;

    private final Ipv6Cidr cidr;
    private final Set<Ipv6> addresses;
    private final Set<Ipv6Cidr> prefixes;

    private Ipv6Space(Ipv6Cidr cidr, Set<Ipv6> addresses, Set<Ipv6Cidr> prefixes) {
        this.cidr = cidr;
        this.addresses = addresses;
        this.prefixes = prefixes;
    }

    static Ipv6Space of(Ipv6Cidr cidr) {
        return new Ipv6Space(cidr, new HashSet<>(), new HashSet<>());
    }

    Ipv6Space copy() {
        return new Ipv6Space(cidr, new HashSet<>(addresses), new HashSet<>(prefixes));
    }

    void take(Ipv6 address) {
        if (!cidr.contains(address)) {
            throw new CloudError(
                    "InvalidParameterValue",
                    "Address " + address + " does not fall within the subnet's IPv6 address range");
        }
        if (reserved(address)) {
            throw new CloudError(
                    "InvalidParameterValue", "Address " + address + " is in subnet's reserved address range");
        }
        if (!free(address)) {
            throw new CloudError("InvalidIPAddress.InUse", "Address " + address + " is in use.");
        }
        addresses.add(address);
    }

    void take(Ipv6Cidr prefix) {
        if (prefix.length() != Ipv6Cidr.DELEGATED_LENGTH || !cidr.contains(prefix.base())) {
            throw CloudError.invalidValue(prefix.toString(), "ipv6Prefix", "It must be a /80 of the subnet.");
        }
        if (reserved(prefix)) {
            throw new CloudError(
                    "InvalidParameterValue", "Prefix " + prefix + " is in subnet's reserved address range");
        }
        if (!free(prefix)) {
            throw new CloudError("InvalidIPAddress.InUse", "Prefix " + prefix + " is in use.");
        }
        prefixes.add(prefix);
    }

    List<Ipv6> takeAny(int count, RandomGenerator random) {
        List<Ipv6> found = new ArrayList<>(count);
        while (found.size() < count) {
            Ipv6 candidate = new Ipv6(cidr.base().high(), random.nextLong());
            if (!reserved(candidate) && free(candidate)) {
                addresses.add(candidate);
                found.add(candidate);
            }
        }
        return found;
    }

    List<Ipv6Cidr> takeAnyBlocks(int count, RandomGenerator random) {
        List<Ipv6Cidr> found = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            found.add(takeBlockFrom(random.nextInt(BLOCKS)));
        }
        return found;
    }

    private Ipv6Cidr takeBlockFrom(int start) {
        for (int i = 0; i < BLOCKS; i++) {
            int block = (start + i) % BLOCKS;
            Ipv6Cidr candidate =
                    new Ipv6Cidr(new Ipv6(cidr.base().high(), (long) block << 48), Ipv6Cidr.DELEGATED_LENGTH);
            if (!reserved(candidate) && free(candidate)) {
                prefixes.add(candidate);
                return candidate;
            }
        }
        throw new CloudError(
                "InsufficientCidrBlocks",
                "The specified subnet does not have enough free cidr blocks to satisfy the request.");
    }

    void give(Ipv6 address) {
        addresses.remove(address);
    }

    void give(Ipv6Cidr prefix) {
        prefixes.remove(prefix);
    }

    private static boolean reserved(Ipv6 address) {
        return address.low() == -1 || Long.compareUnsigned(address.low(), RESERVED_FIRST) < 0;
    }

    private static boolean reserved(Ipv6Cidr prefix) {
        long block = prefix.base().low() >>> 48;
        return block == 0 || block == BLOCKS - 1;
    }

    private boolean free(Ipv6 address) {
        return !addresses.contains(address) && !prefixes.contains(Ipv6Cidr.around(address, Ipv6Cidr.DELEGATED_LENGTH));
    }

    private boolean free(Ipv6Cidr prefix) {
        return !prefixes.contains(prefix) && addresses.stream().noneMatch(prefix::contains);
    }
}
