/**
 * AWS on one machine: EC2's Query API and one IMDS for each node, both answered from one model of a VPC.
 *
 * <p>Start reading at {@link io.vpccni.emulator.Emulator} (over HTTP), {@link io.vpccni.emulator.InProcess} (under a
 * virtual clock), or {@link io.vpccni.emulator.cloud.Cloud} (the model). The emulator knows nothing of the daemon.
 */
@NullMarked
package io.vpccni.emulator;

import org.jspecify.annotations.NullMarked;
