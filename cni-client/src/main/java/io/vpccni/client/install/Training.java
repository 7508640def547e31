package io.vpccni.client.install;

import io.vpccni.client.cni.AwsCni;
import io.vpccni.client.cni.EgressCni;
import io.vpccni.client.probe.HealthProbe;
import java.util.Arrays;

/** Runs a program as its own main does, but ends as a main should: the JVM writes no AOT cache after {@code halt}. */
final class Training {

    private Training() {}

    /** The program's name, and its arguments. */
    public static void main(String[] arguments) {
        switch (arguments[0]) {
            case "aws-cni" -> AwsCni.run();
            case "egress-cni" -> EgressCni.run();
            default -> HealthProbe.run(System.err, Arrays.copyOfRange(arguments, 1, arguments.length));
        }
    }
}
