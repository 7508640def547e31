package io.vpccni.emulator.faults;

/** The next {@code count} calls of {@code action} ({@code *}: of any) fail with this. */
public record InjectedError(String action, String code, String message, int httpStatus, int count) {
    InjectedError spent() {
        return new InjectedError(action, code, message, httpStatus, count - 1);
    }
}
