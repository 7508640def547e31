/**
 * How the threads that own a state are fed, the node's loop and the controller's, and what every program does again and again.
 *
 * <p>It must not know what the events are about.
 */
@NullMarked
package io.vpccni.loop;

import org.jspecify.annotations.NullMarked;
