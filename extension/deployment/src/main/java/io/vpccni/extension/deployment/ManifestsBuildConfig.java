package io.vpccni.extension.deployment;

import io.quarkus.runtime.annotations.ConfigPhase;
import io.quarkus.runtime.annotations.ConfigRoot;
import io.smallrye.config.ConfigMapping;
import java.util.List;
import java.util.Optional;

/** What becomes of the manifests in {@code target/kubernetes}. */
@ConfigRoot(phase = ConfigPhase.BUILD_TIME)
@ConfigMapping(prefix = "vpccni.kubernetes")
public interface ManifestsBuildConfig {

    /** Files to apply to the cluster when they are built, such as {@code kubernetes.yml,metrics-helper.yml}. */
    Optional<List<String>> deploy();
}
