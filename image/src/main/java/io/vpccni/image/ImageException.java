package io.vpccni.image;

/** An image cannot be made; the message says why, and what to do. */
public final class ImageException extends Exception {

    ImageException(String message) {
        super(message);
    }

    ImageException(String message, Throwable cause) {
        super(message, cause);
    }
}
