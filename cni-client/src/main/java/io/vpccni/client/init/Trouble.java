package io.vpccni.client.init;

import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** What an exception says to a person: those of files carry a path and no word. */
final class Trouble {

    private Trouble() {}

    static String of(Throwable cause) {
        return switch (cause) {
            case NoSuchFileException e -> e.getFile() + ": no such file or directory";
            case AccessDeniedException e -> e.getFile() + ": permission denied";
            case FileSystemException e -> String.valueOf(e.getMessage());
            default -> cause.getMessage() == null ? cause.toString() : cause.getMessage();
        };
    }
}
