/**
 * What goes wrong on purpose, and how long things take: delays, token buckets, injected errors, lost answers, links that
 * come late or never.
 */
@NullMarked
package io.vpccni.emulator.faults;

import org.jspecify.annotations.NullMarked;
