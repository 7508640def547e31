/** The environment, read once at the start into records. Nothing else in the application reads a variable. */
@NullMarked
package io.vpccni.config;

import org.jspecify.annotations.NullMarked;
