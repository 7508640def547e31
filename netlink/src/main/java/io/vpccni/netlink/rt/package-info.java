/**
 * Rtnetlink messages: the public records as attributes and back. It writes and reads bytes only, sends nothing. One
 * class for each of links, addresses, routes, rules and neighbours.
 */
@NullMarked
package io.vpccni.netlink.rt;

import org.jspecify.annotations.NullMarked;
