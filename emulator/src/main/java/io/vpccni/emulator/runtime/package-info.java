/**
 * A container runtime's part in networking: it makes a pod's namespace and calls CNI plugins as containerd's library
 * does. Knows the CNI specification and no particular plugin, but for the tool of {@code dev/pod}.
 *
 * <p>Start reading at {@link io.vpccni.emulator.runtime.CniRuntime}, or for the tool at {@link
 * io.vpccni.emulator.runtime.PodTool}.
 */
@NullMarked
package io.vpccni.emulator.runtime;

import org.jspecify.annotations.NullMarked;
