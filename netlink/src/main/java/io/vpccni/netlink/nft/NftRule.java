package io.vpccni.netlink.nft;

import java.util.List;

/**
 * A rule of a chain.
 *
 * @param handle the kernel's number of it in its table; 0 for one that is not there yet
 */
public record NftRule(String chain, long handle, List<Expression> expressions) {

    public NftRule {
        expressions = List.copyOf(expressions);
    }

    public NftRule(String chain, List<Expression> expressions) {
        this(chain, 0, expressions);
    }
}
