package io.vpccni.ec2;

import io.smallrye.mutiny.Uni;
import io.vpccni.config.NodeSettings.CloudSettings;
import io.vpccni.vpc.IpFamily;
import io.vpccni.vpc.NodeIdentity;
import io.vpccni.vpc.Placement;
import java.net.URI;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.client.config.SdkAdvancedClientOption;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.SdkEventLoopGroup;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.cloudwatch.CloudWatchAsyncClient;
import software.amazon.awssdk.services.cloudwatch.CloudWatchAsyncClientBuilder;
import software.amazon.awssdk.services.ec2.Ec2AsyncClient;
import software.amazon.awssdk.services.ec2.Ec2AsyncClientBuilder;

/**
 * The HTTP client, credentials and timers that IMDS and EC2 share. The SDK retries nothing: when to ask again is decided in
 * one place, by the pool, with the waits that {@link Failures} gives.
 */
public final class AwsClients implements AutoCloseable {

    private static final int THREADS = 2;

    private final CallObserver observer;
    private final CloudSettings settings;
    private final SdkEventLoopGroup connections;
    private final SdkAsyncHttpClient http;
    private final SdkHttpClient blockingHttp;
    private final ScheduledExecutorService timer;
    private final Failures failures;
    private final Imds imds;

    public AwsClients(CloudSettings settings, RandomGenerator random) {
        this(settings, random, CallObserver.NONE);
    }

    /** The same with somebody who sees each call. @throws IllegalArgumentException when the file with authorities is bad */
    public AwsClients(CloudSettings settings, RandomGenerator random, CallObserver observer) {
        this.observer = observer;
        this.settings = settings;
        // Our own: the client would end its threads two seconds late, and so each daemon.
        this.connections = SdkEventLoopGroup.builder().numberOfThreads(THREADS).build();
        NettyNioAsyncHttpClient.Builder netty = NettyNioAsyncHttpClient.builder()
                .eventLoopGroup(connections)
                .maxConcurrency(20)
                .connectionTimeout(settings.httpTimeout());
        UrlConnectionHttpClient.Builder blocking =
                UrlConnectionHttpClient.builder().connectionTimeout(settings.httpTimeout());
        settings.caBundle().map(CaBundle::trust).ifPresent(trusted -> {
            netty.tlsTrustManagersProvider(() -> trusted);
            blocking.tlsTrustManagersProvider(() -> trusted);
        });
        this.http = netty.build();
        this.blockingHttp = blocking.build();
        this.timer = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("ec2-budget").factory());
        this.failures = new Failures(random);
        this.imds = new Imds(settings, http, failures, observer);
    }

    public Imds imds() {
        return imds;
    }

    /**
     * EC2 as seen from the node that IMDS described.
     *
     * @param family of the pods' addresses
     * @param everyCard whether interfaces on all network cards are for pods, not only those on card 0
     * @param custom where custom networking wants new interfaces; empty when it is off. No security groups mean those of the
     *     first interface
     */
    public EniCalls ec2(
            NodeIdentity node,
            InstantSource clock,
            IpFamily family,
            boolean everyCard,
            Optional<Supplier<Uni<Placement>>> custom) {
        Ec2Calls calls = new Ec2Calls(client(node.region()), new ApiBudget(clock, timer), failures, timer, observer);
        Subnets subnets = new Subnets(calls, node, clock);
        SecurityGroups groups = new SecurityGroups(imds, node.primaryMac().value(), node.securityGroups());
        Placements placements = new Placements(
                node, subnets, groups, settings.subnetDiscovery(), settings.clusterName(), custom, failures);
        DescribedEnis enis = new DescribedEnis(
                new EniOwnership(node.instanceId(), settings.manageUntagged()), subnets, placements, family, everyCard);
        return new EniCalls(calls, node, settings, enis, subnets, placements, groups, clock);
    }

    /**
     * EC2 as a controller of all nodes' trunks uses it.
     *
     * @param callsPerSecond of each action while EC2 does not object
     * @param burst calls of each action at once after a rest
     */
    public TrunkCalls trunks(String region, InstantSource clock, double callsPerSecond, double burst) {
        return new TrunkCalls(
                new Ec2Calls(
                        client(region), new ApiBudget(callsPerSecond, burst, clock, timer), failures, timer, observer),
                settings.clusterName());
    }

    /** The tags of an instance. */
    public InstanceTags tags(String region, InstantSource clock) {
        return new InstanceTags(new Ec2Calls(client(region), new ApiBudget(clock, timer), failures, timer, observer));
    }

    /** @param endpoint empty for the region's own */
    public CloudWatch cloudWatch(String region, Optional<String> endpoint) {
        CloudWatchAsyncClientBuilder builder = CloudWatchAsyncClient.builder()
                .httpClient(http)
                .region(Region.of(region))
                .credentialsProvider(Credentials.of(settings, region, blockingHttp))
                .overrideConfiguration(override -> override.apiCallTimeout(settings.httpTimeout()));
        endpoint.ifPresent(url -> builder.endpointOverride(URI.create(url)));
        return new CloudWatch(builder.build());
    }

    /** The node's interfaces as IMDS alone shows them. */
    public NodeInterfaces imdsEnis(NodeIdentity node, IpFamily family, boolean everyCard) {
        return new ImdsEnis(imds, node, family, everyCard);
    }

    private Ec2AsyncClient client(String region) {
        Ec2AsyncClientBuilder builder = Ec2AsyncClient.builder()
                .httpClient(http)
                .region(Region.of(region))
                .credentialsProvider(Credentials.of(settings, region, blockingHttp))
                .overrideConfiguration(override -> override.retryStrategy(AwsRetryStrategy.doNotRetry())
                        .apiCallTimeout(settings.httpTimeout())
                        .putAdvancedOption(
                                SdkAdvancedClientOption.USER_AGENT_SUFFIX, "amazon-vpc-cni-k8s/" + settings.version()));
        settings.ec2Endpoint().ifPresent(endpoint -> builder.endpointOverride(URI.create(endpoint)));
        return builder.build();
    }

    @Override
    public void close() {
        imds.close();
        http.close();
        connections.eventLoopGroup().shutdownGracefully(0, 1, TimeUnit.SECONDS);
        blockingHttp.close();
        timer.shutdownNow();
    }
}
