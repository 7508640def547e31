@NullMarked
package io.vpccni.emulator.mirror;

import org.jspecify.annotations.NullMarked;
