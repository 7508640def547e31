package io.vpccni.kernel;

import io.vpccni.netlink.Family;
import io.vpccni.netlink.Netlink;
import io.vpccni.netlink.NftNotifications;
import io.vpccni.netlink.Nftables;
import io.vpccni.netlink.Notification;
import io.vpccni.netlink.Notifications;
import io.vpccni.netlink.Topic;
import io.vpccni.netlink.nft.NftChange;
import io.vpccni.netlink.ns.Netns;
import io.vpccni.netlink.ns.NetnsFd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The network namespace that plays the node: this process's own, or another one, so that several nodes run on one machine
 * and a developer's own network is never touched.
 */
final class HostNamespace implements AutoCloseable {

    static final String FORWARDING = "net/ipv4/ip_forward";
    static final String FORWARDING_IPV6 = "net/ipv6/conf/all/forwarding";

    private final Optional<Path> path;

    /** Null for the process's own, which nobody has to enter. */
    private final @Nullable NetnsFd other;

    private HostNamespace(Optional<Path> path, @Nullable NetnsFd other) {
        this.path = path;
        this.other = other;
    }

    /** Empty is the process's own. */
    static HostNamespace open(Optional<Path> path) throws IOException {
        return new HostNamespace(path, path.isPresent() ? NetnsFd.open(path.get()) : null);
    }

    static HostNamespace of(NetnsFd namespace) {
        return new HostNamespace(Optional.of(link(namespace)), namespace);
    }

    Netlink netlink() throws IOException {
        return other == null ? Netlink.host() : Netlink.in(other);
    }

    Notifications linkEvents(Consumer<Notification> listener) throws IOException {
        return Notifications.open(other, Set.of(Topic.LINKS), listener);
    }

    /** What other programs do to rules, routes and addresses, and everything about links. */
    Notifications foreignChanges(Set<Netlink> own, Consumer<Notification> listener) throws IOException {
        return Notifications.openForeign(own, other, EnumSet.allOf(Topic.class), listener);
    }

    /** A conversation about IPv4's nf_tables. */
    Nftables nftables() throws IOException {
        return other == null ? Nftables.host(Family.IPV4) : Nftables.in(other, Family.IPV4);
    }

    /** What others than {@code own} change in nf_tables. */
    NftNotifications nftChanges(Nftables own, Consumer<Optional<NftChange>> listener) throws IOException {
        return NftNotifications.open(own, other, listener);
    }

    /** Reads {@code /proc/net/NAME}; empty when there is no such file, or nothing in it. */
    Optional<String> procNet(String name) throws IOException {
        Path file = Path.of("/proc/thread-self/net", name);
        String text = other == null ? text(file) : Netns.call(other, () -> text(file));
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }

    /** As {@link #write}: no lambda, stream or logger. */
    private static String text(Path file) throws IOException {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            return "";
        }
    }

    /** Reads {@code /proc/sys/KEY}; empty when there is no such file. */
    Optional<String> sysctl(String key) throws IOException {
        if (other != null) {
            return Netns.sysctl(other, key);
        }
        try {
            return Optional.of(Files.readString(file(key)).strip());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** Writes several files under {@code /proc/sys} in one visit. What does not exist is passed over. */
    void sysctls(Map<String, String> values) throws IOException {
        if (other == null) {
            write(values);
        } else {
            Netns.call(other, () -> write(values));
        }
    }

    /**
     * Has the host pass packets on, if it does not.
     *
     * @param key one of the files that say so
     * @return whether it had to be changed
     */
    boolean forward(String key) throws IOException {
        if (sysctl(key).filter("0"::equals).isEmpty()) {
            return false;
        }
        try {
            sysctls(Map.of(key, "1"));
            return true;
        } catch (IOException e) {
            throw new IOException(
                    key.replace('/', '.') + " is 0 and cannot be set, so pods would reach nothing: " + e, e);
        }
    }

    /** No lambda, stream or logger in here: in another namespace this runs on the thread that has entered it. */
    private static boolean write(Map<String, String> values) throws IOException {
        for (Map.Entry<String, String> entry : values.entrySet()) {
            try {
                Files.writeString(file(entry.getKey()), entry.getValue(), StandardOpenOption.WRITE);
            } catch (NoSuchFileException e) {
                // a kernel without this setting, such as one without IPv6
            }
        }
        return true;
    }

    private static Path file(String key) {
        Path file = Path.of("/proc/sys", key);
        if (!file.normalize().equals(file)) {
            throw new IllegalArgumentException("not a sysctl: " + key);
        }
        return file;
    }

    /** The words that run a program in here. */
    List<String> command(String... words) {
        List<String> command = new ArrayList<>();
        path.ifPresent(file -> command.addAll(List.of("nsenter", "--net=" + file, "--")));
        command.addAll(List.of(words));
        return command;
    }

    /** Whether a pod's namespace is this one or the process's own, where nothing of a pod may ever be made. */
    boolean isHost(NetnsFd pod) throws IOException {
        Object key = key(link(pod));
        return key.equals(key(Path.of("/proc/self/ns/net"))) || (other != null && key.equals(key(link(other))));
    }

    // The file behind the descriptor, whatever its path leads to by now.
    private static Path link(NetnsFd namespace) {
        return Path.of("/proc/self/fd/" + namespace.fd());
    }

    private static Object key(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    }

    @Override
    public void close() {
        if (other != null) {
            other.close();
        }
    }

    @Override
    public String toString() {
        return path.map(Path::toString).orElse("the daemon's own network namespace");
    }
}
