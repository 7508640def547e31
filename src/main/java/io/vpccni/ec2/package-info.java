/**
 * EC2 and IMDS: the async SDK behind {@link io.smallrye.mutiny.Uni}s, a client-side budget for calls, and what EC2's error
 * codes mean. The only package that knows the AWS SDK. Start reading at {@link io.vpccni.ec2.EniCalls}.
 */
@NullMarked
package io.vpccni.ec2;

import org.jspecify.annotations.NullMarked;
