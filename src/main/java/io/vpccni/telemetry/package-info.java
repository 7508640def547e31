/** The role {@code metrics-helper}: sums of all nodes' metrics, for CloudWatch and for Prometheus. */
@NullMarked
package io.vpccni.telemetry;

import org.jspecify.annotations.NullMarked;
