package io.vpccni.client.cni;

import io.vpccni.client.grpc.CallFailure;
import io.vpccni.client.grpc.MessageReader;
import io.vpccni.client.grpc.MessageWriter;

/** The messages of {@code cni.proto}, whose one home is the main project. */
final class CniMessages {

    /** Room for the variables of a usual call. */
    private static final int ENVELOPE = 1024;

    /**
     * {@code CniReply}.
     *
     * @param exitCode what the plugin returns
     * @param stdout what the plugin prints
     */
    record Reply(int exitCode, byte[] stdout) {}

    private CniMessages() {}

    /** Encodes a {@code CniRequest}. */
    static byte[] request(String plugin, String version, Variables variables, byte[] config) {
        return new MessageWriter(ENVELOPE + config.length)
                .string(1, variables.get("CNI_CONTAINERID"))
                .string(2, variables.get("CNI_NETNS"))
                .string(3, variables.get("CNI_IFNAME"))
                .string(4, variables.get("CNI_ARGS"))
                .string(5, variables.get("CNI_PATH"))
                .bytes(6, config)
                .string(7, plugin)
                .string(8, version)
                .bool(9, variables.netnsOverride())
                .string(10, variables.traceParent())
                .toBytes();
    }

    /** Decodes a {@code CniReply}. */
    static Reply reply(byte[] message) throws CallFailure {
        MessageReader reader = new MessageReader(message);
        int exitCode = 0;
        byte[] stdout = {};
        while (reader.next()) {
            switch (reader.field()) {
                case 1 -> exitCode = reader.integer();
                case 2 -> stdout = reader.bytes();
                default -> {} // a newer daemon may say more
            }
        }
        return new Reply(exitCode, stdout);
    }
}
