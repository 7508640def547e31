/** CloudWatch as far as it takes metrics: {@code PutMetricData} over HTTP, as the real AWS SDK sends it. */
@NullMarked
package io.vpccni.emulator.cloudwatch;

import org.jspecify.annotations.NullMarked;
