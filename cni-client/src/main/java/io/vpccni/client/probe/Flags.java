package io.vpccni.client.probe;

import org.jspecify.annotations.Nullable;

/** The command line, read as Go's {@code flag} package does: one dash or two, {@code -name=value} or {@code -name value}. */
final class Flags {

    /** What follows a complaint. */
    static final String USAGE = """
            Usage of grpc-health-probe:
              -addr string
                \thost:port or unix:///path of the server (required)
              -connect-timeout duration
                \tlimit for the connection (default 1s)
              -rpc-timeout duration
                \tlimit for the answer (default 1s)
              -service string
                \tservice to ask for; none means the server
              -user-agent string
                \tuser agent of the call (default "grpc-health-probe")
              -v\ttell options and times
            """;

    private String address = "";
    private String service = "";
    private String userAgent = "grpc-health-probe";
    private String connectTimeout = "1s";
    private String rpcTimeout = "1s";
    private long connectNanos = 1_000_000_000L;
    private long rpcNanos = 1_000_000_000L;
    private boolean verbose;

    private Flags() {}

    static Flags parse(String... arguments) throws ProbeException {
        Flags flags = new Flags();
        int next = 0;
        while (next < arguments.length && isFlag(arguments[next])) {
            String argument = arguments[next++];
            if (argument.equals("--")) {
                break;
            }
            String flag = argument.substring(argument.startsWith("--") ? 2 : 1);
            int equals = flag.indexOf('=');
            if (flag.isEmpty() || flag.startsWith("-") || equals == 0) {
                throw bad("bad flag syntax: " + argument);
            } else if (equals >= 0) {
                flags.set(flag.substring(0, equals), flag.substring(equals + 1));
            } else if (flag.equals("v")) {
                flags.verbose = true;
            } else if (next < arguments.length) {
                flags.set(flag, arguments[next++]);
            } else {
                flags.set(flag, null);
            }
        }
        flags.check();
        return flags;
    }

    String address() {
        return address;
    }

    String service() {
        return service;
    }

    String userAgent() {
        return userAgent;
    }

    String connectTimeout() {
        return connectTimeout;
    }

    String rpcTimeout() {
        return rpcTimeout;
    }

    long connectNanos() {
        return connectNanos;
    }

    long rpcNanos() {
        return rpcNanos;
    }

    boolean verbose() {
        return verbose;
    }

    private static boolean isFlag(String argument) {
        return argument.length() > 1 && argument.charAt(0) == '-';
    }

    private void set(String name, @Nullable String value) throws ProbeException {
        switch (name) {
            case "addr" -> address = required(name, value);
            case "service" -> service = required(name, value);
            case "user-agent" -> userAgent = required(name, value);
            case "connect-timeout" -> {
                connectTimeout = required(name, value);
                connectNanos = duration(name, connectTimeout);
            }
            case "rpc-timeout" -> {
                rpcTimeout = required(name, value);
                rpcNanos = duration(name, rpcTimeout);
            }
            case "v" -> verbose = bool(name, required(name, value));
            case "launcher" -> required(name, value); // the path of the file that started us, see Launcher
            case "h", "help" -> throw ProbeException.help();
            default -> throw bad("flag provided but not defined: -" + name);
        }
    }

    private static String required(String name, @Nullable String value) throws ProbeException {
        if (value == null) {
            throw bad("flag needs an argument: -" + name);
        }
        return value;
    }

    private static long duration(String name, String value) throws ProbeException {
        try {
            return GoDuration.parse(value);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw bad("invalid value \"" + value + "\" for flag -" + name + ": parse error");
        }
    }

    private static boolean bool(String name, String value) throws ProbeException {
        return switch (value) {
            case "1", "t", "T", "true", "TRUE", "True" -> true;
            case "0", "f", "F", "false", "FALSE", "False" -> false;
            default -> throw bad("invalid boolean value \"" + value + "\" for -" + name + ": parse error");
        };
    }

    private void check() throws ProbeException {
        require(!address.isEmpty(), "-addr not specified");
        require(connectNanos > 0, "-connect-timeout must be greater than zero (specified: " + connectTimeout + ")");
        require(rpcNanos > 0, "-rpc-timeout must be greater than zero (specified: " + rpcTimeout + ")");
        require(userAgent.length() <= 126, "-user-agent is longer than 126 characters");
    }

    private static void require(boolean good, String complaint) throws ProbeException {
        if (!good) {
            throw new ProbeException(ProbeException.BAD_ARGUMENTS, "error: " + complaint);
        }
    }

    private static ProbeException bad(String message) {
        return ProbeException.badFlag(message);
    }
}
