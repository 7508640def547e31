/** Facts of the cloud as values: addresses, network interfaces, limits. Knows no library and decides nothing. */
@NullMarked
package io.vpccni.vpc;

import org.jspecify.annotations.NullMarked;
