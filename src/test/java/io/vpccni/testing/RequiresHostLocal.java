package io.vpccni.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.condition.EnabledIf;

/** Skipped where the CNI plugin host-local is not installed (Debian: containernetworking-plugins). */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@EnabledIf(
        value = "io.vpccni.testing.HostLocal#isInstalled",
        disabledReason = "needs the CNI plugin host-local: install containernetworking-plugins")
public @interface RequiresHostLocal {}
