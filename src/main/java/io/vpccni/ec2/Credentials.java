package io.vpccni.ec2;

import io.vpccni.config.NodeSettings.CloudSettings;
import java.time.Duration;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProviderChain;
import software.amazon.awssdk.auth.credentials.ContainerCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.EnvironmentVariableCredentialsProvider;
import software.amazon.awssdk.auth.credentials.InstanceProfileCredentialsProvider;
import software.amazon.awssdk.core.SdkSystemSetting;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.auth.StsWebIdentityTokenFileCredentialsProvider;

/**
 * Whose name calls are signed in: that of the keys in the environment, else the role of the service account, else that of the
 * pod identity, else the instance's.
 *
 * <p>A source that the environment names is the only one. The SDK's own chain would go on to the role of the instance when
 * STS refuses, and EC2 would then refuse calls of a role that nobody meant.
 */
final class Credentials {

    private static final String REFRESHER = "aws-credentials";

    private Credentials() {}

    /** @param http for STS, of which the SDK asks for credentials only in a blocking way */
    static AwsCredentialsProvider of(CloudSettings settings, String region, SdkHttpClient http) {
        return AwsCredentialsProviderChain.of(
                EnvironmentVariableCredentialsProvider.create(), named(settings, region, http));
    }

    private static AwsCredentialsProvider named(CloudSettings settings, String region, SdkHttpClient http) {
        if (isSet(SdkSystemSetting.AWS_WEB_IDENTITY_TOKEN_FILE)) {
            return webIdentity(settings.httpTimeout(), region, http);
        }
        if (isSet(SdkSystemSetting.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI)
                || isSet(SdkSystemSetting.AWS_CONTAINER_CREDENTIALS_FULL_URI)) {
            return ContainerCredentialsProvider.builder()
                    .asyncCredentialUpdateEnabled(true)
                    .asyncThreadName(REFRESHER)
                    .build();
        }
        Optional<String> imds = settings.imdsEndpoint();
        return imds.isEmpty()
                ? DefaultCredentialsProvider.builder().build()
                : InstanceProfileCredentialsProvider.builder()
                        .endpoint(imds.get())
                        .build();
    }

    private static AwsCredentialsProvider webIdentity(Duration timeout, String region, SdkHttpClient http) {
        return StsWebIdentityTokenFileCredentialsProvider.builder()
                .stsClient(StsClient.builder()
                        .httpClient(http)
                        .region(Region.of(region))
                        .credentialsProvider(AnonymousCredentialsProvider.create())
                        .overrideConfiguration(override -> override.apiCallTimeout(timeout))
                        .build())
                .asyncCredentialUpdateEnabled(true)
                .build();
    }

    private static boolean isSet(SdkSystemSetting setting) {
        return setting.getStringValue().stream().anyMatch(value -> !value.isEmpty());
    }
}
