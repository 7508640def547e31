/**
 * The pure model of a VPC: what EC2 would decide. No input or output, no clock, no threads; time comes in as a value.
 */
@NullMarked
package io.vpccni.emulator.cloud;

import org.jspecify.annotations.NullMarked;
