/**
 * The node's loop: one thread owns the pool, takes events in order, and has the edges carry out what was decided. Start
 * reading at {@link io.vpccni.daemon.Node} (its life) and {@link io.vpccni.daemon.NodeTurns} (one ADD).
 */
@NullMarked
package io.vpccni.daemon;

import org.jspecify.annotations.NullMarked;
