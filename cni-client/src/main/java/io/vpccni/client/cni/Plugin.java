package io.vpccni.client.cni;

import io.vpccni.client.grpc.CallFailure;
import io.vpccni.client.grpc.Request;
import io.vpccni.client.grpc.Target;
import io.vpccni.client.grpc.Timeouts;
import io.vpccni.client.grpc.UnaryCall;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** A CNI plugin as a function of its environment and stdin. */
final class Plugin {

    static final int LARGEST_CONFIG = 1 << 20;

    private static final String VERSIONS = "0.1.0,0.2.0,0.3.0,0.3.1,0.4.0,1.0.0,1.1.0";

    private final String name;
    private final Settings settings;

    /** A plugin under the name that the network configuration calls it by. */
    Plugin(String name, Settings settings) {
        this.name = name;
        this.settings = settings;
    }

    /** Runs one command and returns the exit code. */
    int run(Map<String, String> environment, InputStream stdin, OutputStream stdout, OutputStream stderr)
            throws IOException {
        Variables variables = new Variables(environment);
        String command = variables.get("CNI_COMMAND");
        try {
            if (command.isEmpty()) {
                print(stderr, about());
            } else if (command.equals("VERSION")) {
                print(stdout, versions());
            } else {
                return run(known(command), variables, stdin, stdout, stderr);
            }
            return 0;
        } catch (CniError e) {
            print(stdout, e.toJson());
            return 1;
        }
    }

    private int run(Command command, Variables variables, InputStream stdin, OutputStream stdout, OutputStream stderr)
            throws CniError, IOException {
        variables.check(command);
        byte[] message = CniMessages.request(name, settings.version(), variables, config(stdin));
        try {
            CniMessages.Reply reply = call(command, message);
            stdout.write(reply.stdout());
            return reply.exitCode();
        } catch (CallFailure e) {
            if (command == Command.DEL && e.isSilence()) {
                // The runtime would repeat a failed DEL and keep the pod's remains; the daemon cleans up when it is
                // back.
                print(stderr, command.failurePrefix() + tried(e) + "\n");
                return 0;
            }
            throw error(command, e);
        }
    }

    private CniMessages.Reply call(Command command, byte[] message) throws CallFailure {
        long nanos = settings.deadlineNanos(command);
        byte[] reply = UnaryCall.call(
                new Target.UnixSocket(settings.socket()),
                new Request(command.grpcPath(), name, message),
                new Timeouts(nanos, nanos));
        return CniMessages.reply(reply);
    }

    private CniError error(Command command, CallFailure failure) {
        return new CniError(
                failure.isSilence() ? command.awayCode() : CniError.INTERNAL,
                command.failurePrefix() + tried(failure),
                failure.isSilence() ? "is the aws-node pod running on this node?" : "");
    }

    private String tried(CallFailure failure) {
        return settings.socket() + ": " + failure.getMessage();
    }

    private static Command known(String name) throws CniError {
        Command command = Command.of(name);
        if (command == null) {
            String shown = name.length() > 100 ? name.substring(0, 100) + "..." : name;
            throw new CniError(CniError.INVALID_ENVIRONMENT, "unknown CNI_COMMAND: " + shown, "");
        }
        return command;
    }

    private static byte[] config(InputStream stdin) throws CniError {
        try {
            byte[] config = stdin.readNBytes(LARGEST_CONFIG + 1);
            if (config.length > LARGEST_CONFIG) {
                throw new CniError(
                        CniError.DECODING_FAILURE,
                        "the network configuration on stdin has more than " + LARGEST_CONFIG + " bytes",
                        "read " + config.length + " bytes and no further");
            }
            return config;
        } catch (IOException e) {
            throw new CniError(CniError.IO_FAILURE, "cannot read stdin", String.valueOf(e.getMessage()));
        }
    }

    private String about() {
        return "AWS CNI " + settings.version() + "\nCNI protocol versions supported: " + VERSIONS.replace(",", ", ")
                + "\n";
    }

    private static String versions() {
        return "{\"cniVersion\":\"1.1.0\",\"supportedVersions\":[\"" + VERSIONS.replace(",", "\",\"") + "\"]}";
    }

    private static void print(OutputStream stream, String text) throws IOException {
        stream.write(text.getBytes(StandardCharsets.UTF_8));
    }
}
