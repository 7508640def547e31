/**
 * Puts the node programs into place: a Java runtime of one module, the programs' jar, their AOT cache, and the launchers.
 *
 * <p>Needs a JDK. Start at {@link io.vpccni.client.install.Install}.
 */
@NullMarked
package io.vpccni.client.install;

import org.jspecify.annotations.NullMarked;
