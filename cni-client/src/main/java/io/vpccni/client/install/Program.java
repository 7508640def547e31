package io.vpccni.client.install;

import java.util.List;

/** A program of the node. */
enum Program {
    AWS_CNI("aws-cni", "io.vpccni.client.cni.AwsCni"),
    EGRESS_CNI("egress-cni", "io.vpccni.client.cni.EgressCni"),
    // The kernel puts the launcher's path before the program's arguments: here it becomes the value of a flag.
    GRPC_HEALTH_PROBE("grpc-health-probe", "io.vpccni.client.probe.HealthProbe", "-launcher");

    private final String file;
    private final List<String> mainAndArguments;

    Program(String file, String... mainAndArguments) {
        this.file = file;
        this.mainAndArguments = List.of(mainAndArguments);
    }

    String file() {
        return file;
    }

    /** What the argument file ends with. */
    List<String> mainAndArguments() {
        return mainAndArguments;
    }
}
