package io.vpccni.client.install;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Answers every unary gRPC call with the same message, as the daemon and its health service would.
 *
 * <p>The message is valid for both: field 1 is an exit code of the one and the status of the other, and field 2, which the
 * health service does not have, is what a plugin prints.
 */
final class TrainingServer implements AutoCloseable {

    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int SETTINGS = 4;
    private static final int PREFACE_LENGTH = 24;

    private static final byte[] STATUS_200 = {(byte) 0x88};
    private static final byte[] TRAILERS = literal("grpc-status", "0");

    /** Exit code or status 1, and an empty JSON object. */
    private static final byte[] REPLY = {0, 0, 0, 0, 6, 0x08, 1, 0x12, 2, '{', '}'};

    private final Path path;
    private final ServerSocketChannel listener;
    private final Thread thread;

    private TrainingServer(Path path, ServerSocketChannel listener) {
        this.path = path;
        this.listener = listener;
        this.thread = new Thread(this::serve, "training-server");
        this.thread.setDaemon(true);
    }

    static TrainingServer start(Path path) throws IOException {
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(UnixDomainSocketAddress.of(path));
        TrainingServer server = new TrainingServer(path, listener);
        server.thread.start();
        return server;
    }

    @Override
    public void close() throws IOException {
        listener.close();
        Files.deleteIfExists(path);
    }

    private void serve() {
        while (listener.isOpen()) {
            try (SocketChannel channel = listener.accept()) {
                answer(channel);
            } catch (IOException e) {
                // Closed by us, or a call that broke: whoever trains sees that its program failed.
            }
        }
    }

    private static void answer(SocketChannel channel) throws IOException {
        DataInputStream in = new DataInputStream(Channels.newInputStream(channel));
        DataOutputStream out = new DataOutputStream(Channels.newOutputStream(channel));
        in.skipNBytes(PREFACE_LENGTH);
        frame(out, SETTINGS, 0, 0, new byte[0]);
        int type;
        int flags;
        do {
            int lengthAndType = in.readInt();
            type = lengthAndType & 0xff;
            flags = in.readUnsignedByte();
            in.skipNBytes(Integer.BYTES + (lengthAndType >>> 8));
        } while (type != DATA || (flags & 1) == 0);
        frame(out, SETTINGS, 1, 0, new byte[0]);
        frame(out, HEADERS, 4, 1, STATUS_200);
        frame(out, DATA, 0, 1, REPLY);
        frame(out, HEADERS, 5, 1, TRAILERS);
        in.skipNBytes(9); // its acknowledgement, so that closing resets nothing
    }

    private static void frame(DataOutputStream out, int type, int flags, int stream, byte[] payload)
            throws IOException {
        out.writeInt(payload.length << 8 | type);
        out.writeByte(flags);
        out.writeInt(stream);
        out.write(payload);
    }

    private static byte[] literal(String name, String value) {
        return ("\0" + (char) name.length() + name + (char) value.length() + value)
                .getBytes(StandardCharsets.ISO_8859_1);
    }
}
