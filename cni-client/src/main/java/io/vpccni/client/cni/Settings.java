package io.vpccni.client.cni;

import java.util.concurrent.TimeUnit;

/**
 * What the launcher's file of arguments sets, as system properties: a plugin's environment belongs to the container runtime.
 *
 * @param socket {@code vpccni.socket}: where the daemon listens
 * @param deadlineSeconds {@code vpccni.deadline}: how long to wait for an answer to anything but DEL; 10 s more than the daemon
 *     lets an ADD wait for an address
 * @param version {@code vpccni.version}: this program's
 */
record Settings(String socket, int deadlineSeconds, String version) {

    private static final String DEFAULT_SOCKET = "/var/run/aws-node/ipamd.sock";
    private static final int DEFAULT_DEADLINE_SECONDS = 70;

    /** The daemon never lets a DEL wait. */
    private static final int DEL_DEADLINE_SECONDS = 30;

    static Settings fromSystem() {
        return new Settings(
                System.getProperty("vpccni.socket", DEFAULT_SOCKET),
                Math.max(1, Integer.getInteger("vpccni.deadline", DEFAULT_DEADLINE_SECONDS)),
                System.getProperty("vpccni.version", "unknown"));
    }

    long deadlineNanos(Command command) {
        int seconds = command == Command.DEL ? Math.min(DEL_DEADLINE_SECONDS, deadlineSeconds) : deadlineSeconds;
        return TimeUnit.SECONDS.toNanos(seconds);
    }
}
