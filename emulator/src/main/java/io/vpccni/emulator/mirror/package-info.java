/**
 * The world of another EC2 endpoint, such as moto's or LocalStack's: what of it belongs to the emulator's nodes is found there by
 * a tag, created where it is missing, and followed by asking again and again.
 *
 * <p>It needs the AWS SDK, which does not come with the emulator's own jar: whoever uses it brings it. Start reading at
 * {@link io.vpccni.emulator.mirror.Mirror}.
 */
@NullMarked
package io.vpccni.emulator.mirror;

import org.jspecify.annotations.NullMarked;
