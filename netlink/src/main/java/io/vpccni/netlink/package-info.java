/** Rtnetlink and network namespaces for a long-lived JVM. */
@NullMarked
package io.vpccni.netlink;

import org.jspecify.annotations.NullMarked;
