package io.vpccni.client.grpc;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;

/**
 * A server for one connection: reads a request, writes fixed bytes, and then closes or stays silent until it is closed. What it
 * receives afterwards can be asked for.
 */
final class ScriptedServer implements AutoCloseable {

    private final ServerSocket listener;
    private final CompletableFuture<byte[]> received = new CompletableFuture<>();

    private ScriptedServer(ServerSocket listener) {
        this.listener = listener;
    }

    /** Answers with the bytes, in pieces of a size, and closes its side. */
    static ScriptedServer answering(byte[] answer, int pieceSize) throws IOException {
        return start(answer, pieceSize, true);
    }

    /** Answers with the bytes and says no more. */
    static ScriptedServer silentAfter(byte[] answer) throws IOException {
        return start(answer, Integer.MAX_VALUE, false);
    }

    private static ScriptedServer start(byte[] answer, int pieceSize, boolean closes) throws IOException {
        ScriptedServer server = new ScriptedServer(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
        Thread.ofVirtual().start(() -> server.serve(answer, pieceSize, closes));
        return server;
    }

    Target target() {
        return new Target.HostPort("127.0.0.1", listener.getLocalPort());
    }

    /** What came after the request, up to the end of the connection. */
    byte[] received() {
        return received.join();
    }

    private void serve(byte[] answer, int pieceSize, boolean closes) {
        ByteArrayOutputStream rest = new ByteArrayOutputStream();
        try (Socket socket = listener.accept()) {
            socket.setTcpNoDelay(true);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            readRequest(in);
            for (int start = 0; start < answer.length; start += Math.min(pieceSize, answer.length)) {
                socket.getOutputStream().write(answer, start, Math.min(pieceSize, answer.length - start));
            }
            if (closes) {
                socket.shutdownOutput();
            }
            in.transferTo(rest);
        } catch (IOException e) {
            // the client went away, as it may
        }
        received.complete(rest.toByteArray());
    }

    private static void readRequest(DataInputStream in) throws IOException {
        in.skipNBytes(24);
        int type;
        int flags;
        do {
            int lengthAndType = in.readInt();
            type = lengthAndType & 0xff;
            flags = in.readUnsignedByte();
            in.skipNBytes(4 + (lengthAndType >>> 8));
        } while (type != Http2.DATA || (flags & Http2.END_STREAM) == 0);
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
