/** What tests of several packages share. */
@NullMarked
package io.vpccni.testing;

import org.jspecify.annotations.NullMarked;
