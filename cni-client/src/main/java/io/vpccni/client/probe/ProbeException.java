package io.vpccni.client.probe;

/** The probe ends here, with an exit code. */
final class ProbeException extends Exception {

    private static final long serialVersionUID = 1L;

    static final int BAD_ARGUMENTS = 1;
    static final int NO_CONNECTION = 2;
    static final int CALL_FAILED = 3;
    static final int UNHEALTHY = 4;

    private static final int HELP_WANTED = 0;
    private static final int BAD_FLAG = 2;

    private final int exitCode;
    private final boolean isAboutFlags;

    ProbeException(int exitCode, String message) {
        this(exitCode, message, false);
    }

    private ProbeException(int exitCode, String message, boolean isAboutFlags) {
        super(message);
        this.exitCode = exitCode;
        this.isAboutFlags = isAboutFlags;
    }

    /** The command line cannot be read. */
    static ProbeException badFlag(String message) {
        return new ProbeException(BAD_FLAG, message, true);
    }

    /** Somebody asked for the flags. */
    static ProbeException help() {
        return new ProbeException(HELP_WANTED, "", true);
    }

    int exitCode() {
        return exitCode;
    }

    /** Whether the flags are to be explained, as Go's flag package does in plain text, instead of a log line. */
    boolean isAboutFlags() {
        return isAboutFlags;
    }
}
