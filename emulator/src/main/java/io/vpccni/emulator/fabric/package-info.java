/**
 * The model's network as a real one: a network namespace for each node, a veth link for each ENI, and one namespace that
 * is VPC router and internet in one. What the model says about addresses is law here, so a wrong source address or a
 * released one fails as it would in AWS.
 *
 * <p>It knows nothing of pods or the daemon, and never touches the namespace this process runs in. Start
 * reading at {@link io.vpccni.emulator.fabric.Fabric}.
 */
@NullMarked
package io.vpccni.emulator.fabric;

import org.jspecify.annotations.NullMarked;
