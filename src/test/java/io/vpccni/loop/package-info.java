@NullMarked
package io.vpccni.loop;

import org.jspecify.annotations.NullMarked;
