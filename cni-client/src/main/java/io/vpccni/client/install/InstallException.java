package io.vpccni.client.install;

/** The installation failed; the message is all that the caller is told. */
public final class InstallException extends Exception {

    private static final long serialVersionUID = 1L;

    InstallException(String message) {
        super(message);
    }
}
