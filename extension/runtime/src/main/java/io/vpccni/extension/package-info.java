/** The run-time half of the extension. It is empty: nothing of the extension ships with the application. */
@NullMarked
package io.vpccni.extension;

import org.jspecify.annotations.NullMarked;
