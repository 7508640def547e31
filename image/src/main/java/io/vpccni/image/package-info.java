/**
 * The container image: a base with iptables, a Java runtime, the node programs, the application and its AOT cache, each a layer
 * of its own. Made with Jib, so no Docker daemon is needed.
 */
@NullMarked
package io.vpccni.image;

import org.jspecify.annotations.NullMarked;
