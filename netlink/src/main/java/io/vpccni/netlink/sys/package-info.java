/**
 * The few libc functions this library needs, called through {@code java.lang.foreign}, which is used nowhere else. It
 * knows nothing of netlink messages. Start with {@link io.vpccni.netlink.sys.Libc}.
 */
@NullMarked
package io.vpccni.netlink.sys;

import org.jspecify.annotations.NullMarked;
