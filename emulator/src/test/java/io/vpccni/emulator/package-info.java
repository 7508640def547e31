/** The emulator as a whole. */
@NullMarked
package io.vpccni.emulator;

import org.jspecify.annotations.NullMarked;
