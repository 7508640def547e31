package io.vpccni.client.cni;

import org.jspecify.annotations.Nullable;

/** A CNI_COMMAND that the daemon answers. */
enum Command {
    ADD("/vpccni.v1.Cni/Add", "add cmd: Error received from AddNetwork gRPC call: ", CniError.TRY_AGAIN_LATER),
    DEL("/vpccni.v1.Cni/Del", "del cmd: Error received from DelNetwork gRPC call: ", CniError.TRY_AGAIN_LATER),
    CHECK("/vpccni.v1.Cni/Check", "check cmd: ", CniError.TRY_AGAIN_LATER),
    GC("/vpccni.v1.Cni/Gc", "gc cmd: ", CniError.TRY_AGAIN_LATER),
    STATUS("/vpccni.v1.Cni/Status", "status cmd: ", CniError.NOT_AVAILABLE);

    private final String grpcPath;
    private final String failurePrefix;
    private final int awayCode;

    Command(String grpcPath, String failurePrefix, int awayCode) {
        this.grpcPath = grpcPath;
        this.failurePrefix = failurePrefix;
        this.awayCode = awayCode;
    }

    static @Nullable Command of(String name) {
        for (Command command : values()) {
            if (command.name().equals(name)) {
                return command;
            }
        }
        return null;
    }

    String grpcPath() {
        return grpcPath;
    }

    /** What an error's text begins with; people search for ADD's and DEL's. */
    String failurePrefix() {
        return failurePrefix;
    }

    /** The error code when the daemon does not answer. */
    int awayCode() {
        return awayCode;
    }

    boolean concernsContainer() {
        return this == ADD || this == DEL || this == CHECK;
    }

    boolean needsNamespace() {
        return this == ADD || this == CHECK;
    }
}
