package io.vpccni.emulator.ec2;

import io.vpccni.emulator.Emulator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.assertj.core.api.Assertions;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.ec2.Ec2AsyncClient;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;

/** The AWS SDK against an emulator, without retries. */
final class RealSdk {

    private RealSdk() {}

    static Ec2AsyncClient of(Emulator emulator, SdkAsyncHttpClient http) {
        return Ec2AsyncClient.builder()
                .httpClient(http)
                .endpointOverride(emulator.ec2Endpoint())
                .region(Region.US_WEST_2)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("id", "secret")))
                .overrideConfiguration(
                        configuration -> configuration.retryStrategy(strategy -> strategy.maxAttempts(1)))
                .build();
    }

    /** How EC2 refused the call. */
    static Ec2Exception failure(CompletableFuture<?> call) {
        return Assertions.catchThrowableOfType(CompletionException.class, call::join)
                                .getCause()
                        instanceof Ec2Exception exception
                ? exception
                : Assertions.fail("no EC2 error");
    }

    static String subnetId(Emulator emulator) {
        return emulator.ask(
                core -> core.cloud().world().subnets().keySet().iterator().next());
    }
}
