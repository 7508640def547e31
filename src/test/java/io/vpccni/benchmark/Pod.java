package io.vpccni.benchmark;

import com.google.protobuf.ByteString;
import io.vpccni.api.proto.v1.CniRequest;
import java.nio.file.Path;

/** A pod's sandbox as its runtime made it. */
record Pod(String name, Path namespace) {

    /** A network configuration as the conflist has it. */
    static ByteString config(String cniVersion) {
        return ByteString.copyFromUtf8("""
                {"cniVersion":"%s","name":"aws-cni","type":"aws-cni","vethPrefix":"eni","mtu":"9001","pluginLogLevel":"DEBUG"}
                """.formatted(cniVersion));
    }

    /** What our client sends for it; the same for ADD and DEL. */
    CniRequest request() {
        return CniRequest.newBuilder()
                .setContainerId("c-" + name)
                .setNetns(namespace.toString())
                .setIfName("eth0")
                .setArgs("IgnoreUnknown=1;K8S_POD_NAMESPACE=bench;K8S_POD_NAME=" + name)
                .setPath("/opt/cni/bin")
                .setConfig(config("1.0.0"))
                .setPlugin("aws-cni")
                .build();
    }
}
