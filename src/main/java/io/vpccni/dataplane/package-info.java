/**
 * Which links, addresses, routes, rules and chains the host and a pod must have. Decides only; {@code kernel} carries out.
 */
@NullMarked
package io.vpccni.dataplane;

import org.jspecify.annotations.NullMarked;
