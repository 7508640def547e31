package io.vpccni.explain;

import io.vpccni.pool.Diagnosis;
import io.vpccni.pool.Reason;
import io.vpccni.vpc.IpAddress;

/** Where an ADD has got to. */
public sealed interface Outcome {

    /** The pod has its address and is connected. */
    record Granted(IpAddress address) implements Outcome {}

    /**
     * The caller was told that there is no address.
     *
     * @param detail what was found, with numbers or EC2's own words
     */
    record Refused(Reason reason, String detail) implements Outcome {}

    /** The caller hung up before there was an answer. */
    record HungUp() implements Outcome {}

    /** It waits for an address; {@code why} is the case now. */
    record Waiting(Diagnosis why) implements Outcome {}

    /** It has an address and is being connected. */
    record Connecting(IpAddress address) implements Outcome {}
}
