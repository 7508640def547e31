package io.vpccni.emulator.cloud;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Which IPv4 addresses of a subnet are taken, one bit each.
 *
 * <p>EC2 keeps the first four addresses and the last one ("Subnet CIDR blocks", VPC user guide). A delegated prefix is
 * 16 free addresses whose first is a multiple of 16, so a subnet may have many free addresses and no free prefix.
 * EC2 chooses scattered addresses; here a seeded generator picks where the search begins.
 */
final class SubnetSpace {
    private static final int BLOCK = 16;
    private static final int RESERVED_FIRST = 4;

    private final Ipv4Cidr cidr;
    private final BitSet taken;

    private SubnetSpace(Ipv4Cidr cidr, BitSet taken) {
        this.cidr = cidr;
        this.taken = taken;
    }

    static SubnetSpace of(Ipv4Cidr cidr) {
        BitSet taken = new BitSet(cidr.size());
        taken.set(0, RESERVED_FIRST);
        taken.set(cidr.size() - 1);
        return new SubnetSpace(cidr, taken);
    }

    static boolean isReserved(Ipv4Cidr cidr, int index) {
        return index < RESERVED_FIRST || index == cidr.size() - 1;
    }

    SubnetSpace copy() {
        return new SubnetSpace(cidr, (BitSet) taken.clone());
    }

    int available() {
        return cidr.size() - taken.cardinality();
    }

    /** @throws CloudError when the address is outside, reserved, or taken */
    void take(Ipv4 address) {
        int index = indexOf(address);
        if (isReserved(cidr, index)) {
            throw new CloudError(
                    "InvalidParameterValue", "Address " + address + " is in subnet's reserved address range");
        }
        if (taken.get(index)) {
            throw new CloudError("InvalidIPAddress.InUse", "Address " + address + " is in use.");
        }
        taken.set(index);
    }

    /** @throws CloudError when the prefix is no aligned /28 of this subnet, or an address in it is taken or reserved */
    void take(Ipv4Cidr prefix) {
        if (prefix.length() != Ipv4Cidr.DELEGATED_LENGTH) {
            throw CloudError.invalidValue(prefix.toString(), "ipv4Prefix", "The prefix length must be 28.");
        }
        int index = indexOf(prefix.base());
        if (!blockFree(index)) {
            throw new CloudError("InvalidIPAddress.InUse", "Prefix " + prefix + " is in use.");
        }
        taken.set(index, index + BLOCK);
    }

    List<Ipv4> takeAny(int count, RandomGenerator random) {
        if (count > available()) {
            throw new CloudError(
                    "InsufficientFreeAddressesInSubnet",
                    "The specified subnet does not have enough free addresses to satisfy the request.");
        }
        List<Ipv4> found = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int index = taken.nextClearBit(random.nextInt(cidr.size()));
            if (index >= cidr.size()) {
                index = taken.nextClearBit(0);
            }
            taken.set(index);
            found.add(cidr.base().plus(index));
        }
        return found;
    }

    List<Ipv4Cidr> takeAnyBlocks(int count, RandomGenerator random) {
        List<Ipv4Cidr> found = new ArrayList<>(count);
        int blocks = cidr.size() / BLOCK;
        for (int i = 0; i < count; i++) {
            int index = freeBlockFrom(random.nextInt(Math.max(1, blocks)), blocks);
            taken.set(index, index + BLOCK);
            found.add(new Ipv4Cidr(cidr.base().plus(index), Ipv4Cidr.DELEGATED_LENGTH));
        }
        return found;
    }

    private int freeBlockFrom(int start, int blocks) {
        for (int i = 0; i < blocks; i++) {
            int index = (start + i) % blocks * BLOCK;
            if (blockFree(index)) {
                return index;
            }
        }
        throw new CloudError(
                "InsufficientCidrBlocks",
                "The specified subnet does not have enough free cidr blocks to satisfy the request.");
    }

    void give(Ipv4 address) {
        taken.clear(indexOf(address));
    }

    void give(Ipv4Cidr prefix) {
        int index = indexOf(prefix.base());
        taken.clear(index, index + BLOCK);
    }

    /** The first address of each /28 that is wholly free; taking them leaves no block free. */
    List<Ipv4> oneInEachFreeBlock() {
        List<Ipv4> found = new ArrayList<>();
        for (int index = 0; index < cidr.size(); index += BLOCK) {
            if (blockFree(index)) {
                found.add(cidr.base().plus(index));
            }
        }
        return found;
    }

    private boolean blockFree(int index) {
        int next = taken.nextSetBit(index);
        return index + BLOCK <= cidr.size() && (next < 0 || next >= index + BLOCK);
    }

    private int indexOf(Ipv4 address) {
        if (!cidr.contains(address)) {
            throw new CloudError(
                    "InvalidParameterValue", "Address " + address + " does not fall within the subnet's address range");
        }
        return address.bits() - cidr.base().bits();
    }
}
