package io.vpccni.netlink;

import java.net.InetAddress;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Which MAC address an IP address has on a link, or that this machine answers for the address there ({@code ip
 * neighbour show}).
 *
 * @param index the link's
 * @param mac null while it is not known, and for proxy entries
 * @param proxy answer ARP or neighbour discovery for this address
 */
public record Neigh(
        int index, InetAddress address, @Nullable MacAddress mac, State state, boolean proxy) {
    /** What the kernel thinks of the entry, with its bit. */
    public enum State {
        NONE(0),
        INCOMPLETE(1),
        REACHABLE(2),
        STALE(4),
        DELAY(8),
        PROBE(0x10),
        FAILED(0x20),
        NO_ARP(0x40),
        PERMANENT(0x80);

        private final int bit;

        State(int bit) {
            this.bit = bit;
        }

        public int bit() {
            return bit;
        }

        public static State of(int bit) {
            for (var state : values()) {
                if (state.bit == bit) {
                    return state;
                }
            }
            return NONE;
        }
    }

    /** An entry the kernel never questions or removes. */
    public static Neigh permanent(int index, InetAddress address, MacAddress mac) {
        return new Neigh(index, address, mac, State.PERMANENT, false);
    }

    public static Neigh proxy(int index, InetAddress address) {
        return new Neigh(index, address, null, State.NONE, true);
    }

    /** In the words of {@code ip neighbour}. */
    @Override
    public String toString() {
        return (proxy ? "proxy " : "")
                + address.getHostAddress()
                + " dev " + index
                + (mac == null ? "" : " lladdr " + mac)
                + (proxy ? "" : " " + state.name().toLowerCase(Locale.ROOT));
    }
}
