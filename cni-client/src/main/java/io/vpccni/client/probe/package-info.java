/**
 * {@code grpc-health-probe}: asks a gRPC server for its health and answers with an exit code, for kubelet's exec probes.
 *
 * <p>Flags, exit codes and texts are those of the program of the same name that the reference ships. Start at
 * {@link io.vpccni.client.probe.HealthProbe}.
 */
@NullMarked
package io.vpccni.client.probe;

import org.jspecify.annotations.NullMarked;
