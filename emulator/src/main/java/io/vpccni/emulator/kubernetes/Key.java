package io.vpccni.emulator.kubernetes;

/** An object's place. {@code namespace} is empty for kinds that have none. */
record Key(Kind kind, String namespace, String name) {}
