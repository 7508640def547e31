package io.vpccni.client.grpc;

/** A call that brought no message. */
public final class CallFailure extends Exception {

    private static final long serialVersionUID = 1L;

    /** What to do about it depends on how far the call came. */
    public enum Kind {
        /** No connection, or no HTTP/2 on it: the server never saw the call. */
        UNREACHABLE,
        /** The connection or the stream ended before the answer did: the server may have acted. */
        CLOSED,
        /** No answer in time: the server may have acted. */
        DEADLINE,
        /** The server answered with a gRPC status and no message. */
        STATUS,
        /** What came is not an answer to a unary gRPC call. */
        PROTOCOL
    }

    private final Kind kind;

    public CallFailure(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }

    /** Whether nobody answered, so that the caller knows nothing about the outcome. */
    public boolean isSilence() {
        return kind == Kind.UNREACHABLE || kind == Kind.CLOSED || kind == Kind.DEADLINE;
    }

    static CallFailure protocol(String message) {
        return new CallFailure(Kind.PROTOCOL, message);
    }
}
