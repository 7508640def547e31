/**
 * The messages of nf_tables: tables, chains, rules and the expressions that rules are made of, with their bytes. Every number of an
 * attribute is in network order here; what a register holds is as the kernel has it in memory. Start with {@link
 * io.vpccni.netlink.nft.NftRule}.
 */
@NullMarked
package io.vpccni.netlink.nft;

import org.jspecify.annotations.NullMarked;
