package io.vpccni.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.condition.EnabledIf;

/** Skipped where the program moto_server is not on the PATH, or does not run. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@EnabledIf(
        value = "io.vpccni.testing.MotoServer#isInstalled",
        disabledReason = "needs moto_server on the PATH: pip install 'moto[server,ec2]'")
public @interface RequiresMoto {}
