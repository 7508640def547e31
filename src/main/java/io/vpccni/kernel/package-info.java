/**
 * Carries out what {@code dataplane} wants, with netlink, iptables and sysctls, and reports what the kernel shows. Nothing
 * here decides about addresses.
 */
@NullMarked
package io.vpccni.kernel;

import org.jspecify.annotations.NullMarked;
