package io.vpccni.netlink;

import io.vpccni.netlink.ns.NetnsFd;
import java.nio.charset.StandardCharsets;

/** One property to set on a link ({@code ip link set}). Several go to the kernel in one request. */
public sealed interface LinkChange {
    /** Bytes: IFALIASZ without its closing zero. */
    int LONGEST_ALIAS = 255;

    /** {@code up} or {@code down}. */
    record Up(boolean up) implements LinkChange {}

    record Name(String name) implements LinkChange {
        public Name {
            checkName(name);
        }
    }

    record Mtu(int bytes) implements LinkChange {}

    record Mac(MacAddress mac) implements LinkChange {}

    record TxQueueLength(int packets) implements LinkChange {}

    record Group(int group) implements LinkChange {}

    /** A text of anybody's, 1 to {@value #LONGEST_ALIAS} bytes; the kernel takes it on existing links only. */
    record Alias(String text) implements LinkChange {
        public Alias {
            int bytes = text.getBytes(StandardCharsets.UTF_8).length;
            if (bytes < 1 || bytes > LONGEST_ALIAS) {
                throw new IllegalArgumentException("an alias of " + bytes + " bytes, expected 1 to " + LONGEST_ALIAS);
            }
        }
    }

    /** {@code netns}: takes the link away from here, with its addresses and routes lost. */
    record Namespace(NetnsFd namespace) implements LinkChange {}

    /** {@code /proc/sys/net/ipv4/conf/LINK/...} without the file; the kernel takes it on existing links only. */
    record Ipv4(Ipv4Setting setting, int value) implements LinkChange {}

    /** {@code addrgenmode}; on existing links only. */
    record Ipv6AddressGeneration(AddressGeneration mode) implements LinkChange {}

    /** How the kernel makes a link-local IPv6 address when a link goes up; {@code NONE} means it makes none. */
    enum AddressGeneration {
        EUI64(0),
        NONE(1),
        STABLE_PRIVACY(2),
        RANDOM(3);

        private final int number;

        AddressGeneration(int number) {
            this.number = number;
        }

        public int number() {
            return number;
        }
    }

    static LinkChange up() {
        return new Up(true);
    }

    static LinkChange down() {
        return new Up(false);
    }

    /** Renames; needs the index of the link, and before kernel 6.x that the link is down. */
    static LinkChange name(String name) {
        return new Name(name);
    }

    static LinkChange mtu(int bytes) {
        return new Mtu(bytes);
    }

    static LinkChange mac(MacAddress mac) {
        return new Mac(mac);
    }

    static LinkChange txQueueLength(int packets) {
        return new TxQueueLength(packets);
    }

    static LinkChange group(int group) {
        return new Group(group);
    }

    static LinkChange alias(String text) {
        return new Alias(text);
    }

    static LinkChange namespace(NetnsFd namespace) {
        return new Namespace(namespace);
    }

    static LinkChange ipv4(Ipv4Setting setting, int value) {
        return new Ipv4(setting, value);
    }

    static LinkChange ipv6AddressGeneration(AddressGeneration mode) {
        return new Ipv6AddressGeneration(mode);
    }

    /** Link names have 1 to 15 bytes and neither slash, colon nor white space; the kernel would say EINVAL or cut. */
    static void checkName(String name) {
        if (!name.matches("[!-~&&[^/:]]{1,15}") || name.equals(".") || name.equals("..")) {
            throw new IllegalArgumentException("not a link name: '" + name + "'");
        }
    }
}
