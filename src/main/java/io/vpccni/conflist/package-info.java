/**
 * The node's network configuration: which plugins the runtime calls for a pod, and with what. Its presence makes a node ready
 * for pods.
 *
 * <p>{@link io.vpccni.conflist.Conflist} makes its text and {@link io.vpccni.conflist.Publication} decides when it is there, both
 * without looking at a file or a clock; {@link io.vpccni.conflist.ConflistFile} and {@link
 * io.vpccni.conflist.ConflistTemplate} are the files.
 */
@NullMarked
package io.vpccni.conflist;

import org.jspecify.annotations.NullMarked;
