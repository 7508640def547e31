@NullMarked
package io.vpccni.emulator.kubernetes;

import org.jspecify.annotations.NullMarked;
