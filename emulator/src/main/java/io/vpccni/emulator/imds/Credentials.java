package io.vpccni.emulator.imds;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Made-up credentials of the instance profile; the emulator accepts any. */
final class Credentials {
    private static final Duration LIFETIME = Duration.ofHours(6);

    private Credentials() {}

    static String info(String accountId) {
        return """
                {
                  "Code" : "Success",
                  "LastUpdated" : "2026-01-01T00:00:00Z",
                  "InstanceProfileArn" : "arn:aws:iam::%s:instance-profile/%s",
                  "InstanceProfileId" : "AIPAEMULATEDPROFILE00"
                }""".formatted(accountId, MetadataTree.ROLE);
    }

    static String document(Instant now) {
        Instant issued = now.truncatedTo(ChronoUnit.SECONDS);
        return """
                {
                  "Code" : "Success",
                  "LastUpdated" : "%s",
                  "Type" : "AWS-HMAC",
                  "AccessKeyId" : "ASIAEMULATEDEMULATED",
                  "SecretAccessKey" : "emulated-secret-access-key",
                  "Token" : "emulated-session-token",
                  "Expiration" : "%s"
                }""".formatted(issued, issued.plus(LIFETIME));
    }
}
