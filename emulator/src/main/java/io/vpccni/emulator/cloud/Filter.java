package io.vpccni.emulator.cloud;

import java.util.List;

/** A filter of a Describe call: any of the values; {@code *} and {@code ?} are wildcards, a backslash escapes. */
public record Filter(String name, List<String> values) {}
