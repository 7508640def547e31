/**
 * Measures what {@code docs/performance.md} reports: the packaged application as its own process, our emulator and its
 * network around it. No test: nothing here fails because a machine is slow. Start reading at
 * {@link io.vpccni.benchmark.Benchmark}.
 */
@NullMarked
package io.vpccni.benchmark;

import org.jspecify.annotations.NullMarked;
