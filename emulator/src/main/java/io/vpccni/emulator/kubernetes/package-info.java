/**
 * A Kubernetes API server for development and tests: objects as JSON, watches, and admission, without authentication, kubelets
 * or controllers. Knows nothing of the daemon. Start reading at {@link io.vpccni.emulator.kubernetes.KubernetesServer}.
 */
@NullMarked
package io.vpccni.emulator.kubernetes;

import org.jspecify.annotations.NullMarked;
