package io.vpccni.netlink;

import io.vpccni.netlink.wire.MessageWriter;
import java.util.Set;

/**
 * One message of a batch, not yet encoded.
 *
 * @param subject printed in failures only
 */
record Request(String verb, Object subject, Encoder encoder, Set<Errno> tolerated) {
    /** Writes the message with the given sequence number. */
    interface Encoder {
        void write(MessageWriter writer, int sequence);
    }

    Failure failed(int index, Errno errno, String text) {
        return new Failure(index, verb + " " + subject, errno, text);
    }
}
