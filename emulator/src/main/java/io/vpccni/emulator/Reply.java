package io.vpccni.emulator;

import io.vpccni.emulator.cloud.CloudError;
import io.vpccni.emulator.cloud.Ec2Result;
import java.time.Duration;

/** What becomes of a call: its outcome, which has happened already, and when the caller hears of it. */
public record Reply(String requestId, Outcome outcome, boolean answered, Duration after) {

    public sealed interface Outcome {
        record Ok(Ec2Result result) implements Outcome {}

        record Failed(CloudError error) implements Outcome {}
    }

    /** The good result. @throws CloudError when the call failed */
    public Ec2Result result() {
        return switch (outcome) {
            case Outcome.Ok ok -> ok.result();
            case Outcome.Failed failed -> throw failed.error();
        };
    }
}
