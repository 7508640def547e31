package io.vpccni.extension.deployment;

import io.quarkus.runtime.annotations.ConfigPhase;
import io.quarkus.runtime.annotations.ConfigRoot;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.Optional;

/** The emulator that development and tests run against. */
@ConfigRoot(phase = ConfigPhase.BUILD_TIME)
@ConfigMapping(prefix = "vpccni.emulator")
public interface EmulatorBuildConfig {

    /** Whether to start it; without it the application needs an EC2 and an IMDS endpoint of its own. */
    @WithDefault("true")
    boolean enabled();

    /** How many nodes to emulate. The application plays all of them. */
    @WithDefault("2")
    int nodes();

    /** Instance type of the nodes. */
    @WithDefault("m5.large")
    String instanceType();

    /** Whether the nodes' first interfaces have IPv6 addresses. */
    @WithDefault("false")
    boolean ipv6();

    /** "published" for delays near EC2's own and its throttling, "none" for neither. */
    @WithDefault("published")
    String delays();

    /**
     * Whether EC2 is another's, at the address of the variable AWS_ENDPOINT_URL_EC2 (moto, LocalStack): the emulator finds or
     * creates its nodes there and has IMDS and the network for them.
     */
    @WithDefault("false")
    boolean mirror();

    /**
     * Whether a Kubernetes API server is there too, and the application is its controller of security groups for pods beside
     * being the daemon of all nodes. In development yes if nothing is said, in tests no;
     * beside a mirrored EC2 never, since none of those knows trunk interfaces.
     */
    Optional<Boolean> kubernetes();
}
