package io.vpccni.daemon;

import io.smallrye.mutiny.Uni;
import io.vpccni.ec2.CloudException;
import io.vpccni.kube.EniConfig;
import io.vpccni.kube.NodeFacts;
import io.vpccni.vpc.CloudFailure;
import io.vpccni.vpc.CloudFailure.Kind;
import io.vpccni.vpc.Placement;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Custom networking: the ENIConfig that the Node names says where new interfaces are created. Without it none is created, since
 * any other subnet could be the wrong network.
 */
final class CustomPlacement implements Supplier<Uni<Placement>> {

    private static final Duration RETRY = Duration.ofSeconds(5);

    private final Optional<Cluster> cluster;
    private final Supplier<Optional<NodeFacts>> node;

    CustomPlacement(Optional<Cluster> cluster, Supplier<Optional<NodeFacts>> node) {
        this.cluster = cluster;
        this.node = node;
    }

    @Override
    public Uni<Placement> get() {
        if (cluster.isEmpty()) {
            return missing("AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG needs the API server: set MY_NODE_NAME");
        }
        Optional<String> name = node.get().map(NodeFacts::eniConfig);
        return name.map(named -> cluster.get().eniConfigs().get(named))
                .orElseGet(() -> Uni.createFrom()
                        .failure(failure("the API server has not shown this Node yet, so its ENIConfig is unknown")))
                .map(config -> new Placement(config.subnet(), config.securityGroups()))
                .onFailure(EniConfig.Unusable.class)
                .transform(unusable -> failure(String.valueOf(unusable.getMessage())));
    }

    private static Uni<Placement> missing(String why) {
        return Uni.createFrom().failure(failure(why));
    }

    private static CloudException failure(String why) {
        return new CloudException(
                new CloudFailure(Kind.NO_ENI_CONFIG, "ENIConfig", why, RETRY), new IllegalStateException(why));
    }
}
