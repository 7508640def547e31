package io.vpccni.emulator.cloud;

import java.util.List;

/** Which addresses of a subnet somebody else takes. */
public sealed interface Occupation {
    record Named(List<Ipv4> addresses) implements Occupation {}

    /** So many scattered addresses. */
    record Count(int addresses) implements Occupation {}

    /** All free addresses but so many. */
    record AllBut(int free) implements Occupation {}

    /** The first address of each /28 that is wholly free: plenty of addresses are left, and no prefix. */
    record OneInEachBlock() implements Occupation {}
}
