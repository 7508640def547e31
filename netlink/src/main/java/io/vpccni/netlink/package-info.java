/**
 * Links, addresses, routes, rules and neighbours of Linux network namespaces, for a long-lived JVM and without a
 * process spawned: a pod takes half a millisecond. Uses the JDK alone and knows nothing of pods, CNI or EC2. Start with
 * {@link io.vpccni.netlink.Netlink}.
 */
@NullMarked
package io.vpccni.netlink;

import org.jspecify.annotations.NullMarked;
