/**
 * What the daemon offers: the two gRPC contracts on the Unix socket, and introspection over HTTP. Everything that comes in
 * here is untrusted: sizes are bounded, texts parsed strictly, errors worded for the person who reads them.
 */
@NullMarked
package io.vpccni.api;

import org.jspecify.annotations.NullMarked;
