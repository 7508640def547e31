package io.vpccni.client.grpc;

/** Numbers and names of RFC 9113, as far as a unary call needs them. */
final class Http2 {

    static final int DATA = 0x0;
    static final int HEADERS = 0x1;
    static final int PRIORITY = 0x2;
    static final int RST_STREAM = 0x3;
    static final int SETTINGS = 0x4;
    static final int PUSH_PROMISE = 0x5;
    static final int PING = 0x6;
    static final int GOAWAY = 0x7;
    static final int WINDOW_UPDATE = 0x8;
    static final int CONTINUATION = 0x9;

    static final int ACK = 0x1;
    static final int END_STREAM = 0x1;
    static final int END_HEADERS = 0x4;
    static final int PADDED = 0x8;
    static final int WITH_PRIORITY = 0x20;

    static final int HEADER_TABLE_SIZE = 0x1;
    static final int ENABLE_PUSH = 0x2;
    static final int INITIAL_WINDOW_SIZE = 0x4;

    static final int FRAME_HEADER_LENGTH = 9;

    /** Largest frame that both sides must accept; nobody is told of another. */
    static final int LARGEST_FRAME = 16_384;

    /** What may be sent before the peer says more, on a stream and on the connection. */
    static final int DEFAULT_WINDOW = 65_535;

    /** The only stream of a connection that makes one call. */
    static final int STREAM = 1;

    private static final String[] ERRORS = {
        "NO_ERROR",
        "PROTOCOL_ERROR",
        "INTERNAL_ERROR",
        "FLOW_CONTROL_ERROR",
        "SETTINGS_TIMEOUT",
        "STREAM_CLOSED",
        "FRAME_SIZE_ERROR",
        "REFUSED_STREAM",
        "CANCEL",
        "COMPRESSION_ERROR",
        "CONNECT_ERROR",
        "ENHANCE_YOUR_CALM",
        "INADEQUATE_SECURITY",
        "HTTP_1_1_REQUIRED"
    };

    private Http2() {}

    static String errorName(int code) {
        return code >= 0 && code < ERRORS.length ? ERRORS[code] : "error " + Integer.toUnsignedString(code);
    }
}
