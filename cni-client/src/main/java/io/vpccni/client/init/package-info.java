/**
 * {@code aws-vpc-cni-init}: prepares a node before its daemon starts. It brings the image's programs to the node and sets
 * sysctls that an unprivileged container cannot set.
 *
 * <p>Order, exit codes and error texts are those of the program of the same name that the reference ships. Start at {@link
 * io.vpccni.client.init.Preparation}.
 */
@NullMarked
package io.vpccni.client.init;

import org.jspecify.annotations.NullMarked;
