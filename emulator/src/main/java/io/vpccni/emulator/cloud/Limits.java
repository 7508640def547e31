package io.vpccni.emulator.cloud;

/** How many addresses an ENI may hold: what its instance's type says; on no instance, what the largest type says. */
final class Limits {
    private static final int LARGEST = 50;

    private Limits() {}

    static void checkSlots(World world, NetworkInterface eni, int ipv4More, int ipv6More) {
        Attachment attachment = eni.attachment();
        int limit = attachment == null
                ? LARGEST
                : Lookups.instance(world, attachment.instanceId()).type().addresses();
        checkSlots(eni.id(), eni.ipv4Slots() + ipv4More, eni.ipv6Slots() + ipv6More, limit);
    }

    static void checkSlots(String name, int ipv4, int ipv6, int limit) {
        if (ipv4 > limit) {
            throw new CloudError(
                    "PrivateIpAddressLimitExceeded", name + ": Number of private addresses will exceed limit.");
        }
        if (ipv6 > limit) {
            throw new CloudError(
                    "PrivateIpAddressLimitExceeded", name + ": Number of IPv6 addresses will exceed limit.");
        }
    }

    static void checkNew(int ipv4, int ipv6) {
        checkSlots("New interface", ipv4, ipv6, LARGEST);
    }
}
