package io.vpccni.emulator.mirror;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.async.SdkPublisher;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.ec2.Ec2AsyncClient;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.NetworkInterface;

/** Calls of the endpoint that wait for their answer, and are not repeated. They fail with {@link MirrorException}. */
final class RemoteEc2 implements AutoCloseable {
    /** The first call loads a thousand classes, and an emulation may load as much. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Account account;
    private final SdkAsyncHttpClient http;
    private final Ec2AsyncClient client;

    RemoteEc2(Account account) {
        this.account = account;
        this.http = NettyNioAsyncHttpClient.builder()
                .connectionTimeout(Duration.ofSeconds(2))
                .build();
        this.client = Ec2AsyncClient.builder()
                .httpClient(http)
                .endpointOverride(account.endpoint())
                .region(Region.of(account.region()))
                .credentialsProvider(StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(account.accessKeyId(), account.secretAccessKey())))
                .overrideConfiguration(configuration -> configuration
                        .retryStrategy(AwsRetryStrategy.doNotRetry())
                        .apiCallTimeout(PATIENCE))
                .build();
    }

    Account account() {
        return account;
    }

    <T> T call(String action, Function<Ec2AsyncClient, CompletableFuture<T>> send) {
        try {
            return send.apply(client).join();
        } catch (CompletionException e) {
            throw explained(action, e.getCause() == null ? e : e.getCause());
        }
    }

    /** All interfaces of a VPC, page by page. */
    List<NetworkInterface> interfaces(String vpcId) {
        return call("DescribeNetworkInterfaces", ec2 -> {
            SdkPublisher<NetworkInterface> all = ec2.describeNetworkInterfacesPaginator(
                            request -> request.filters(filter("vpc-id", vpcId)))
                    .networkInterfaces();
            List<NetworkInterface> found = new ArrayList<>();
            return all.subscribe(found::add).thenApply(_ -> found);
        });
    }

    static Filter filter(String name, String... values) {
        return Filter.builder().name(name).values(values).build();
    }

    private MirrorException explained(String action, Throwable cause) {
        String words = cause instanceof Ec2Exception refusal
                        && refusal.awsErrorDetails() != null
                        && refusal.awsErrorDetails().errorCode() != null
                ? "refuses %s (%s: %s): its account or region may be another than AWS_ACCESS_KEY_ID and AWS_REGION say"
                        .formatted(
                                action,
                                refusal.awsErrorDetails().errorCode(),
                                refusal.awsErrorDetails().errorMessage())
                : "does not answer %s as EC2 does (%s): start moto_server or LocalStack there, or set %s to where it is"
                        .formatted(action, rootOf(cause), Account.ENDPOINT);
        return new MirrorException(account.endpoint() + " " + words + ".");
    }

    private static String rootOf(Throwable thrown) {
        Throwable root = thrown;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage()).lines().findFirst().orElse("");
    }

    @Override
    public void close() {
        client.close();
        http.close();
    }
}
