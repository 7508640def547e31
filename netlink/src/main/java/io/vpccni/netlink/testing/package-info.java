/**
 * What a test needs to work with real network namespaces, for this module and those above it. It is part of the main
 * artifact because dev mode resolves no test artifact of a tree that was never built.
 */
@NullMarked
package io.vpccni.netlink.testing;

import org.jspecify.annotations.NullMarked;
