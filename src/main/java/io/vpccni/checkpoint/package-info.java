/** The state file: the reference's format, so that either daemon can take over the other's node. */
@NullMarked
package io.vpccni.checkpoint;

import org.jspecify.annotations.NullMarked;
