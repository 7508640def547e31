package io.vpccni.testing;

import io.vpccni.emulator.Emulator;
import io.vpccni.emulator.Reply;
import io.vpccni.emulator.cloud.Ec2Request;
import io.vpccni.emulator.cloud.Ec2Result;

/** What somebody else does in the emulated AWS account. */
public final class Account {

    private Account() {}

    /** EC2's answer; fails when it refuses. */
    public static Ec2Result call(Emulator emulator, Ec2Request request) {
        Reply reply = emulator.decide((core, now) -> core.submit(request, now));
        if (!(reply.outcome() instanceof Reply.Outcome.Ok ok)) {
            throw new AssertionError(request + " was refused: " + reply.outcome());
        }
        return ok.result();
    }
}
