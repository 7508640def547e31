/**
 * Puts the node programs into place: a Java runtime of one module, the programs' jar, their AOT cache, and the launchers.
 *
 * <p>{@link io.vpccni.client.install.Install} makes them, which needs a JDK; {@link io.vpccni.client.install.NodeInstall} brings
 * them from an image to a node.
 */
@NullMarked
package io.vpccni.client.install;

import org.jspecify.annotations.NullMarked;
