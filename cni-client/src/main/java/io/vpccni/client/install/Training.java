package io.vpccni.client.install;

import io.vpccni.client.cni.AwsCni;
import io.vpccni.client.cni.EgressCni;
import io.vpccni.client.probe.HealthProbe;

/**
 * Runs every program as its own main does, but ends as a main should: the JVM writes no AOT cache after {@code halt}.
 *
 * <p>One cache for all of them: they share nearly all classes, and what one program does not need costs it nothing.
 */
final class Training {

    private Training() {}

    /** The arguments are the probe's. */
    public static void main(String[] arguments) {
        AwsCni.run();
        EgressCni.run();
        HealthProbe.run(System.err, arguments);
    }
}
