/**
 * The instance metadata tree of one node, and IMDSv2 over HTTP.
 */
@NullMarked
package io.vpccni.emulator.imds;

import org.jspecify.annotations.NullMarked;
