/** The container runtime's part, with plugins that are shell scripts. */
@NullMarked
package io.vpccni.emulator.runtime;

import org.jspecify.annotations.NullMarked;
