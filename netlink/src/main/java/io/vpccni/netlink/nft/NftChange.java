package io.vpccni.netlink.nft;

/**
 * Something that changed in nf_tables.
 *
 * @param family number of the protocol family: 2 IPv4, 10 IPv6
 * @param chain empty where a whole table is meant
 */
public record NftChange(int family, String table, String chain, boolean removed) {}
