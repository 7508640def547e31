/**
 * The daemon, its plugins and container runtimes together, on emulated nodes with real network namespaces. Start reading at
 * {@link io.vpccni.e2e.TestWorld}.
 */
@NullMarked
package io.vpccni.e2e;

import org.jspecify.annotations.NullMarked;
