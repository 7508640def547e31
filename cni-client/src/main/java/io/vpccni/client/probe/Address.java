package io.vpccni.client.probe;

import io.vpccni.client.grpc.Target;

/** The value of {@code -addr}. */
final class Address {

    private Address() {}

    /** {@code unix:///path}, {@code unix:path}, {@code host:port}, {@code [v6]:port} or {@code :port}. */
    static Target parse(String text) throws ProbeException {
        if (text.startsWith("unix:")) {
            String path = text.substring("unix:".length());
            return new Target.UnixSocket(path.startsWith("///") ? path.substring(2) : path);
        }
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        boolean brackets = host.startsWith("[") && host.endsWith("]");
        if (colon < 0 || !brackets && host.indexOf(':') >= 0) {
            throw bad(text);
        }
        String bare = brackets ? host.substring(1, host.length() - 1) : host;
        return new Target.HostPort(bare.isEmpty() ? "localhost" : bare, port(text, text.substring(colon + 1)));
    }

    private static int port(String text, String digits) throws ProbeException {
        try {
            int port = Integer.parseInt(digits);
            if (port > 0 && port < 65_536) {
                return port;
            }
        } catch (NumberFormatException e) {
            // as for a number out of range
        }
        throw bad(text);
    }

    private static ProbeException bad(String text) {
        return new ProbeException(
                ProbeException.BAD_ARGUMENTS, "error: -addr is neither host:port nor unix:///path: " + text);
    }
}
