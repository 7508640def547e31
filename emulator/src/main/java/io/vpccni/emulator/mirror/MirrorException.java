package io.vpccni.emulator.mirror;

/** The endpoint is none that can be mirrored now. The message is a sentence for whoever chose it, who needs no stack trace. */
public final class MirrorException extends RuntimeException {
    private static final long serialVersionUID = 1;

    MirrorException(String message) {
        super(message, null, false, false);
    }
}
