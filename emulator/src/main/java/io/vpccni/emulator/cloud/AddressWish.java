package io.vpccni.emulator.cloud;

import java.util.List;

/**
 * What is asked for in one IP family: named addresses and prefixes, or numbers of any.
 * In IPv4 requests {@code count} counts secondary addresses.
 */
public record AddressWish(List<String> addresses, int count, List<String> prefixes, int prefixCount) {
    public static final AddressWish NOTHING = new AddressWish(List.of(), 0, List.of(), 0);

    public static AddressWish count(int count) {
        return new AddressWish(List.of(), count, List.of(), 0);
    }

    public static AddressWish prefixCount(int count) {
        return new AddressWish(List.of(), 0, List.of(), count);
    }

    public static AddressWish addresses(String... addresses) {
        return new AddressWish(List.of(addresses), 0, List.of(), 0);
    }

    public static AddressWish prefixes(String... prefixes) {
        return new AddressWish(List.of(), 0, List.of(prefixes), 0);
    }

    boolean empty() {
        return slots() == 0;
    }

    int slots() {
        return addresses.size() + count + prefixes.size() + prefixCount;
    }
}
