package io.vpccni.client.grpc;

/** How much DATA may be sent: the smaller one of the connection's window and the stream's (RFC 9113, 5.2). */
final class FlowWindow {

    private long connection = Http2.DEFAULT_WINDOW;
    private long stream = Http2.DEFAULT_WINDOW;
    private int initial = Http2.DEFAULT_WINDOW;

    /** Never negative, though a window may be: a peer can take back what it granted. */
    int available() {
        return (int) Math.max(0, Math.min(connection, stream));
    }

    void spend(int bytes) {
        connection -= bytes;
        stream -= bytes;
    }

    /** WINDOW_UPDATE; stream 0 is the connection. */
    void grant(int onStream, int bytes) throws CallFailure {
        if (onStream == 0) {
            connection = atMost31Bits(connection + bytes);
        } else if (onStream == Http2.STREAM) {
            stream = atMost31Bits(stream + bytes);
        }
    }

    /** SETTINGS_INITIAL_WINDOW_SIZE: counts from the beginning of the stream, so the difference applies. */
    void initial(int bytes) throws CallFailure {
        if (bytes < 0) {
            throw CallFailure.protocol("an initial window above 2^31-1");
        }
        stream = atMost31Bits(stream + bytes - initial);
        initial = bytes;
    }

    private static long atMost31Bits(long window) throws CallFailure {
        if (window > Integer.MAX_VALUE) {
            throw CallFailure.protocol("a flow-control window above 2^31-1");
        }
        return window;
    }
}
