/** The fabric against the real kernel, in namespaces of its own worlds. */
@NullMarked
package io.vpccni.emulator.fabric;

import org.jspecify.annotations.NullMarked;
