package io.vpccni.emulator;

import java.net.URI;

/** A node as its daemon meets it; {@code imdsEndpoint} is for {@code AWS_EC2_METADATA_SERVICE_ENDPOINT}. */
public record EmulatedNode(String name, String instanceId, String instanceType, URI imdsEndpoint) {}
