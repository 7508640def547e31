package io.vpccni.client.install;

import java.util.List;
import java.util.stream.Stream;

/** A program that the kernel starts by its launcher. */
enum Program {
    AWS_CNI("aws-cni", true, "io.vpccni.client.cni.AwsCni"),
    EGRESS_CNI("egress-cni", true, "io.vpccni.client.cni.EgressCni"),
    // The kernel puts the launcher's path before the program's arguments: here it becomes the value of a flag.
    GRPC_HEALTH_PROBE("grpc-health-probe", true, "io.vpccni.client.probe.HealthProbe", "-launcher"),
    /** Belongs into the image; a node has no use for it. */
    AWS_VPC_CNI_INIT("aws-vpc-cni-init", false, "io.vpccni.client.init.InitProgram");

    private final String file;
    private final boolean isOnNodes;
    private final List<String> mainAndArguments;

    Program(String file, boolean isOnNodes, String... mainAndArguments) {
        this.file = file;
        this.isOnNodes = isOnNodes;
        this.mainAndArguments = List.of(mainAndArguments);
    }

    static List<Program> onNodes() {
        return Stream.of(values()).filter(program -> program.isOnNodes).toList();
    }

    String file() {
        return file;
    }

    /** What the argument file ends with. */
    List<String> mainAndArguments() {
        return mainAndArguments;
    }
}
