/**
 * Netlink messages and attributes as bytes: a writer and readers over {@code ByteBuffer}. No system call, no meaning of
 * any message type, no privilege needed. Start with {@link io.vpccni.netlink.wire.MessageWriter} and
 * {@link io.vpccni.netlink.wire.Message}.
 */
@NullMarked
package io.vpccni.netlink.wire;

import org.jspecify.annotations.NullMarked;
