package io.vpccni.client.grpc;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** Sends one request on a fresh connection: all in one write, or as much of it as flow control lets through. */
final class RequestWriter {

    /**
     * Receive window for the stream, and so much more for the connection. It holds the largest reply with room to spare, so
     * that the server never waits for a WINDOW_UPDATE.
     */
    private static final int RECEIVE_WINDOW = 16 << 20;

    /** More than preface, settings and headers ever take: the two variable headers are at most 126 bytes each. */
    private static final int LARGEST_HEAD = 768;

    private static final byte[] PREFACE = ascii("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

    private final WritableByteChannel channel;
    private final byte[] message;
    private final ByteBuffer out;
    private final FlowWindow window = new FlowWindow();

    /** Bytes of the gRPC message sent, its five-byte prefix included. */
    private int sent;

    RequestWriter(WritableByteChannel channel, byte[] message) {
        this.channel = channel;
        this.message = message;
        int flight = Math.min(total(), Http2.DEFAULT_WINDOW);
        int frames = flight / Http2.LARGEST_FRAME + 1;
        this.out = ByteBuffer.allocateDirect(LARGEST_HEAD + flight + frames * Http2.FRAME_HEADER_LENGTH);
    }

    /** Preface, settings, headers and as much of the message as may be sent unasked. */
    void begin(Request request, long timeoutNanos) throws IOException {
        out.put(PREFACE);
        frame(18, Http2.SETTINGS, 0, 0);
        setting(Http2.HEADER_TABLE_SIZE, 0); // so that every header block can be read alone
        setting(Http2.ENABLE_PUSH, 0);
        setting(Http2.INITIAL_WINDOW_SIZE, RECEIVE_WINDOW);
        frame(4, Http2.WINDOW_UPDATE, 0, 0);
        out.putInt(RECEIVE_WINDOW);
        headers(request, timeoutNanos);
        resume();
    }

    /** Sends what the windows allow by now. */
    void resume() throws IOException {
        do {
            putData();
            flush();
        } while (sent < total() && window.available() > 0);
    }

    FlowWindow window() {
        return window;
    }

    boolean isDone() {
        return sent == total();
    }

    /** Acknowledges SETTINGS (without payload) or PING (with its eight bytes). */
    void acknowledge(int type, ByteBuffer payload) throws IOException {
        frame(payload.remaining(), type, Http2.ACK, 0);
        out.put(payload);
        flush();
    }

    private void headers(Request request, long timeoutNanos) {
        int start = out.position();
        frame(0, Http2.HEADERS, Http2.END_HEADERS, Http2.STREAM);
        header(":method", "POST");
        header(":scheme", "http");
        header(":path", request.path());
        header(":authority", "localhost");
        header("content-type", "application/grpc");
        header("te", "trailers");
        header("user-agent", request.userAgent());
        header("grpc-timeout", timeout(timeoutNanos));
        int length = out.position() - start - Http2.FRAME_HEADER_LENGTH;
        out.putInt(start, length << 8 | Http2.HEADERS);
    }

    /** At most eight digits and a unit, rounded up: the server should not give up before us. */
    static String timeout(long nanos) {
        long millis = TimeUnit.NANOSECONDS.toMillis(nanos) + 1;
        return millis < 100_000_000 ? millis + "m" : Math.min(millis / 1000 + 1, 99_999_999) + "S";
    }

    /** A literal field that enters no table, without Huffman coding (RFC 7541, 6.2.2). */
    private void header(String name, String value) {
        out.put((byte) 0);
        putString(name);
        putString(value);
    }

    private void putString(String text) {
        byte[] bytes = ascii(text);
        if (bytes.length > 126) {
            throw new IllegalArgumentException("longer than 126 bytes: " + text);
        }
        out.put((byte) bytes.length).put(bytes);
    }

    private void putData() {
        int allowed = Math.min(Math.min(window.available(), total() - sent), Http2.DEFAULT_WINDOW);
        while (allowed > 0) {
            int length = Math.min(allowed, Http2.LARGEST_FRAME);
            boolean last = sent + length == total();
            frame(length, Http2.DATA, last ? Http2.END_STREAM : 0, Http2.STREAM);
            putMessage(length);
            window.spend(length);
            allowed -= length;
        }
    }

    private void putMessage(int length) {
        int rest = length;
        if (sent == 0) {
            // The prefix: not compressed, and the length. A window of fewer than five bytes at the start does not
            // occur.
            out.put((byte) 0).putInt(message.length);
            rest -= GrpcMessage.PREFIX_LENGTH;
        }
        out.put(message, sent + length - rest - GrpcMessage.PREFIX_LENGTH, rest);
        sent += length;
    }

    private int total() {
        return GrpcMessage.PREFIX_LENGTH + message.length;
    }

    private void setting(int name, int value) {
        out.putShort((short) name).putInt(value);
    }

    private void frame(int length, int type, int flags, int stream) {
        out.putInt(length << 8 | type).put((byte) flags).putInt(stream);
    }

    private void flush() throws IOException {
        out.flip();
        while (out.hasRemaining()) {
            channel.write(out);
        }
        out.clear();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
