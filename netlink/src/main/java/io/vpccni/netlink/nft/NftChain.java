package io.vpccni.netlink.nft;

import java.util.Optional;

/**
 * A chain of a table.
 *
 * @param hook empty for one that only jumps lead to
 */
public record NftChain(String table, String name, Optional<Hook> hook) {

    public static final int PREROUTING = 0;
    public static final int ACCEPT = 1;

    /**
     * Where the kernel itself begins.
     *
     * @param type {@code filter}, {@code nat} or {@code route}
     * @param priority smaller ones come first
     * @param policy the verdict at the chain's end
     */
    public record Hook(String type, int number, int priority, int policy) {}

    public static NftChain of(String table, String name) {
        return new NftChain(table, name, Optional.empty());
    }
}
