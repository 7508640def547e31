package io.vpccni.client.init;

/** The program ends here: what could not be done, in the reference's words, and why. */
final class InitException extends Exception {

    private static final long serialVersionUID = 1L;

    InitException(String message, Exception cause) {
        super(message, cause);
    }

    /** The cause in one line. */
    String reason() {
        Throwable cause = getCause();
        return cause == null ? "" : Trouble.of(cause);
    }
}
