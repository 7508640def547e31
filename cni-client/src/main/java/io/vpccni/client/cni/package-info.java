/**
 * The CNI plugins {@code aws-cni} and {@code egress-cni}: they hand the runtime's call to the daemon and print its answer.
 *
 * <p>Nothing is decided here but what to say when the daemon cannot. Start at {@link io.vpccni.client.cni.Plugin}.
 */
@NullMarked
package io.vpccni.client.cni;

import org.jspecify.annotations.NullMarked;
