package io.vpccni.config;

import java.nio.file.Path;

/** Where a server listens. */
public sealed interface BindAddress {

    String VARIABLE = "INTROSPECTION_BIND_ADDRESS";

    /** The reference's address of introspection. */
    BindAddress USUAL = new Tcp("127.0.0.1", 61679);

    String ACCEPTED = "<host>:<port>, such as 127.0.0.1:61679, or unix:<path>";

    /**
     * @param host a name or address; an IPv6 address without brackets
     */
    record Tcp(String host, int port) implements BindAddress {}

    /** A Unix socket. */
    record Unix(Path path) implements BindAddress {}

    /** Reads {@code host:port}, {@code [v6]:port}, {@code :port} for every address, or {@code unix:path}. */
    static BindAddress parse(String text) {
        if (text.startsWith("unix:")) {
            String path = text.substring("unix:".length()).replaceFirst("^//(?=/)", "");
            if (!path.startsWith("/")) {
                throw new IllegalArgumentException("the path of a socket is absolute");
            }
            return new Unix(Path.of(path));
        }
        int colon = text.lastIndexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("no port");
        }
        int port = Integer.parseInt(text.substring(colon + 1));
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("no such port");
        }
        String host = text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            throw new IllegalArgumentException("an IPv6 address needs brackets");
        }
        return new Tcp(host.isEmpty() ? "0.0.0.0" : host, port);
    }
}
