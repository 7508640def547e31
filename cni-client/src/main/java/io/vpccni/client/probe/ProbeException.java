package io.vpccni.client.probe;

/** The probe ends here, with an exit code. */
final class ProbeException extends Exception {

    private static final long serialVersionUID = 1L;

    static final int BAD_ARGUMENTS = 1;
    static final int NO_CONNECTION = 2;
    static final int BAD_FLAG = 2;
    static final int CALL_FAILED = 3;
    static final int UNHEALTHY = 4;

    private final int exitCode;

    ProbeException(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    int exitCode() {
        return exitCode;
    }
}
