package io.vpccni.extension.deployment;

import io.quarkus.runtime.annotations.ConfigPhase;
import io.quarkus.runtime.annotations.ConfigRoot;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** What the container image is made of; {@code quarkus.container-image} says whether it is made, what it is called and where it goes. */
@ConfigRoot(phase = ConfigPhase.BUILD_TIME)
@ConfigMapping(prefix = "vpccni.image")
public interface ImageBuildConfig {

    /**
     * The image below ours, with glibc and both kinds of iptables: {@code registry/repository:tag}, {@code …@sha256:digest}, or
     * {@code tar:///path} of a file as {@code docker save} writes it.
     */
    @WithDefault("public.ecr.aws/eks-distro-build-tooling/eks-distro-minimal-base-iptables:latest-al23")
    String base();

    /** Whether the application has an AOT cache: it starts in half the time, and a change of code ships 24 MB more. */
    @WithDefault("true")
    boolean aot();

    /**
     * The machines that images are for, by the name of their architecture: {@code amd64}, {@code arm64}. Without any it is that of
     * the build.
     */
    Map<String, MachineConfig> machines();

    /** What is different from one kind of machine to the next. */
    interface MachineConfig {

        /** A JDK for these machines with a folder {@code jmods}, of the version that the build has; the build's own where it fits. */
        Optional<Path> jdk();

        /** A folder with the CNI project's plugins for these machines; without one, nodes need portmap and host-local of their own. */
        Optional<Path> corePlugins();
    }
}
