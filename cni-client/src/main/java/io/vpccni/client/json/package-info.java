/** Writing JSON by hand, as far as an error message needs it. */
@NullMarked
package io.vpccni.client.json;

import org.jspecify.annotations.NullMarked;
