package io.vpccni.client.probe;

import io.vpccni.client.grpc.CallFailure;
import io.vpccni.client.grpc.MessageReader;
import io.vpccni.client.grpc.MessageWriter;
import io.vpccni.client.grpc.Request;
import io.vpccni.client.grpc.Target;
import io.vpccni.client.grpc.Timeouts;
import io.vpccni.client.grpc.UnaryCall;
import io.vpccni.client.json.JsonString;
import java.io.PrintStream;

/** The program {@code grpc-health-probe}: {@code grpc.health.v1.Health/Check}, in clear text. */
public final class HealthProbe {

    private static final int SERVING = 1;
    private static final String[] STATUS = {"UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"};

    /** The reference waits for a server to appear, so a refused connection is tried again so often. */
    private static final long RETRY_MILLIS = 50;

    private final Flags flags;
    private final PrintStream stderr;

    private HealthProbe(Flags flags, PrintStream stderr) {
        this.flags = flags;
        this.stderr = stderr;
    }

    public static void main(String[] arguments) {
        Runtime.getRuntime().halt(run(System.err, arguments));
    }

    /** Runs the probe and returns its exit code. */
    public static int run(PrintStream stderr, String... arguments) {
        try {
            new HealthProbe(Flags.parse(arguments), stderr).probe();
            return 0;
        } catch (ProbeException e) {
            String message = String.valueOf(e.getMessage());
            if (e.isAboutFlags()) {
                stderr.print((message.isEmpty() ? "" : message + "\n") + Flags.USAGE);
            } else {
                log(stderr, "ERROR", message);
            }
            return e.exitCode();
        }
    }

    private void probe() throws ProbeException {
        Target target = Address.parse(flags.address());
        if (flags.verbose()) {
            log(
                    stderr,
                    "INFO",
                    "addr=" + flags.address() + " conn_timeout=" + flags.connectTimeout() + " rpc_timeout="
                            + flags.rpcTimeout() + " service=" + flags.service());
        }
        byte[] message = new MessageWriter(64 + 3 * flags.service().length())
                .string(1, flags.service())
                .toBytes();
        long start = System.nanoTime();
        int status = status(target, new Request("/grpc.health.v1.Health/Check", flags.userAgent(), message));
        if (flags.verbose()) {
            log(stderr, "INFO", "time elapsed: " + (System.nanoTime() - start) / 1000 + "us");
        }
        String name = status >= 0 && status < STATUS.length ? STATUS[status] : String.valueOf(status);
        if (status != SERVING) {
            throw new ProbeException(ProbeException.UNHEALTHY, "service unhealthy (responded with \"" + name + "\")");
        }
        log(stderr, "INFO", "status: " + name);
    }

    private int status(Target target, Request request) throws ProbeException {
        try {
            MessageReader reply = new MessageReader(call(target, request));
            int status = 0;
            while (reply.next()) {
                if (reply.field() == 1) {
                    status = reply.integer();
                }
            }
            return status;
        } catch (CallFailure e) {
            throw failure(e);
        }
    }

    private byte[] call(Target target, Request request) throws CallFailure {
        long end = System.nanoTime() + flags.connectNanos();
        while (true) {
            try {
                return UnaryCall.call(target, request, new Timeouts(end - System.nanoTime(), flags.rpcNanos()));
            } catch (CallFailure e) {
                if (e.kind() != CallFailure.Kind.UNREACHABLE || !pause(end - System.nanoTime())) {
                    throw e;
                }
            }
        }
    }

    /** Waits before the next attempt, or says that there is no time for one. */
    private static boolean pause(long leftNanos) {
        try {
            long leftMillis = leftNanos / 1_000_000;
            Thread.sleep(Math.max(0, Math.min(RETRY_MILLIS, leftMillis)));
            return leftMillis > RETRY_MILLIS;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private ProbeException failure(CallFailure failure) {
        String reason = String.valueOf(failure.getMessage());
        return switch (failure.kind()) {
            case UNREACHABLE ->
                new ProbeException(
                        ProbeException.NO_CONNECTION,
                        "timeout: failed to connect service \"" + flags.address() + "\" within "
                                + flags.connectTimeout() + ": " + reason);
            case DEADLINE ->
                new ProbeException(
                        ProbeException.CALL_FAILED,
                        "timeout: health rpc did not complete within " + flags.rpcTimeout());
            case CLOSED, STATUS, PROTOCOL ->
                new ProbeException(
                        ProbeException.CALL_FAILED,
                        reason.startsWith("UNIMPLEMENTED")
                                ? "error: this server does not implement the grpc health protocol"
                                        + " (grpc.health.v1.Health): " + reason
                                : "error: health rpc failed: " + reason);
        };
    }

    private static void log(PrintStream stderr, String level, String message) {
        StringBuilder line = new StringBuilder("{\"level\":\"").append(level).append("\",\"msg\":");
        JsonString.append(line, message);
        stderr.println(line.append('}'));
    }
}
