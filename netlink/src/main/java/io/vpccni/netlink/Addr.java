package io.vpccni.netlink;

/**
 * An IP address of a link ({@code ip address show}).
 *
 * @param index the link's
 * @param prefix the address, with the length of its subnet; for anything but /32 and /128 the kernel adds a route
 * @param flags {@code IFA_F_*} bits; the kernel sets most of them itself
 */
public record Addr(int index, Prefix prefix, Scope scope, int flags) {
    private static final int NO_DAD = 0x02;
    private static final int DAD_FAILED = 0x08;
    private static final int TENTATIVE = 0x40;

    public static Addr on(int index, Prefix prefix) {
        return new Addr(index, prefix, Scope.UNIVERSE, 0);
    }

    public Addr scope(Scope scope) {
        return new Addr(index, prefix, scope, flags);
    }

    /** Usable at once: no duplicate address detection, which takes 1 to 2 s (IPv6 only; {@code nodad}). */
    public Addr noDad() {
        return new Addr(index, prefix, scope, flags | NO_DAD);
    }

    /** Duplicate address detection still runs, the address cannot be used yet. */
    public boolean tentative() {
        return (flags & TENTATIVE) != 0;
    }

    public boolean dadFailed() {
        return (flags & DAD_FAILED) != 0;
    }

    /** In the words of {@code ip address}. */
    @Override
    public String toString() {
        return prefix + " dev " + index + " scope " + scope + ((flags & NO_DAD) != 0 ? " nodad" : "");
    }
}
