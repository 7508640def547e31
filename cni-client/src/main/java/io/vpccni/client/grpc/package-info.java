/**
 * One unary gRPC call over HTTP/2 in clear text, made by hand, because loading a gRPC library costs ten times the call itself.
 *
 * <p>It knows no service and no CNI. Start at {@link io.vpccni.client.grpc.UnaryCall}. Classes here are loaded at every call of
 * a node program, so they keep away from lambdas, regular expressions and formatting.
 */
@NullMarked
package io.vpccni.client.grpc;

import org.jspecify.annotations.NullMarked;
