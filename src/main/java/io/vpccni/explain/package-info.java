/**
 * Why an ADD was slow or failed: its timeline, what EC2 was doing meanwhile, and what would help. Values and two bounded
 * memories; it knows no clock, thread or transport. Start reading at {@link io.vpccni.explain.Timeline}.
 */
@NullMarked
package io.vpccni.explain;

import org.jspecify.annotations.NullMarked;
