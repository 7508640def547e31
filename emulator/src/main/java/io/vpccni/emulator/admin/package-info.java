/**
 * The knobs of a running emulator over HTTP and JSON.
 */
@NullMarked
package io.vpccni.emulator.admin;

import org.jspecify.annotations.NullMarked;
