/**
 * What the node learns from the Kubernetes API server and tells it: its own Node, the pods placed on it, ENIConfigs; pod
 * annotations and Events. The API server may be away at any time, and nothing here makes a pod wait for it. Knows nothing of
 * addresses and who has them. Start reading at {@link io.vpccni.kube.ApiServer}.
 */
@NullMarked
package io.vpccni.kube;

import org.jspecify.annotations.NullMarked;
