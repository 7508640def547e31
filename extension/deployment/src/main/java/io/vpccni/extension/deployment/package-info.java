/** Build steps: the DaemonSet of the manifests, the Helm charts, and the AWS emulator as a dev service. */
@NullMarked
package io.vpccni.extension.deployment;

import org.jspecify.annotations.NullMarked;
