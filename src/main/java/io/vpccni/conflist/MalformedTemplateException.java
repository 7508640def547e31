package io.vpccni.conflist;

/** A template is no network configuration; the message says where and why. */
public final class MalformedTemplateException extends Exception {

    private static final long serialVersionUID = 1L;

    MalformedTemplateException(String message) {
        super(message);
    }
}
