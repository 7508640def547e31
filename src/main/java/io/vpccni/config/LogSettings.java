package io.vpccni.config;

import java.util.List;
import java.util.Optional;

/**
 * What is logged, and where to besides standard output.
 *
 * @param level AWS_VPC_K8S_CNI_LOGLEVEL, one of {@link #LEVELS}; empty for the usual one, which is {@code debug} in production
 * @param file AWS_VPC_K8S_CNI_LOG_FILE: a path, {@code stdout} or {@code stderr}; empty for the usual place in production, and
 *     for none in development
 */
public record LogSettings(Optional<String> level, Optional<String> file) {

    public static final List<String> LEVELS = List.of("debug", "info", "warn", "error", "fatal");

    /** Where the reference writes, and log collectors look. */
    public static final String USUAL_FILE = "/host/var/log/aws-routed-eni/ipamd.log";
}
